/**
 * A prober: asks the calendar specialist what date lies so many days ahead, until it is told to leave.
 *
 *     npm ci && npm run build
 *     SWARM_TARGET=HOST:PORT SWARM_CREDENTIAL=TOKEN SWARM_CA=ca.pem node build/prober.js
 *
 * The credential's name must be calendar-prober, or what SWARM_AGENT says.
 */

import { createHash } from "node:crypto";
import { ExchangeService, SwarmService } from "./connection.js";
import type { Sample } from "./gen/swarm/v1/Sample.js";
import { run, type Member } from "./member.js";

const BATCH = 8;
const ENDED = ["PHASE_NAME_STOPPED", "PHASE_NAME_CERTIFIED"];
const ERRANDS = ["water the ferns", "call the plumber", "renew the passport", "feed the cat", "pay the rent"];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** Every question once, in an order that is always the same; its id is its digest, so asking it again has no effect. */
export function* probes(name: string): Generator<Sample, never> {
  for (let number = 0; ; number++) {
    const now = new Date(Date.UTC(2026, 0, 1 + ((number * 37) % 1000)));
    const ahead = 5 + ((number * 11) % 56);
    const errand = ERRANDS[number % ERRANDS.length];
    const date = now.toISOString().slice(0, 10);
    const question = `Now: ${DAYS[now.getUTCDay()]} ${date} 09:15\nText: ${errand} ${ahead} days from now`;
    const id = createHash("sha256").update(`${name}\n${question}`).digest("hex").slice(0, 32);
    const cell = { subdomain: "relative", weather: "WEATHER_RAIN", form: "date" } as const;
    const reference = solved(now, ahead);
    yield { id, probe: { cell, purpose: "PURPOSE_LEARN", origin: "ORIGIN_MODEL", question, reference } };
  }
}

/** What is right, and the steps that lead to it: `10+23=33, 03 has 31: 33-31=2, 2026-04`. */
function solved(now: Date, ahead: number): { answer: string; rationale: string } {
  const iso = (year: number, month: number): string => new Date(Date.UTC(year, month)).toISOString().slice(0, 7);
  let [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + ahead];
  let rationale = `${now.getUTCDate()}+${ahead}=${day}`;
  for (let size; day > (size = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()); day -= size, month += 1) {
    rationale += `, ${iso(year, month).slice(5)} has ${size}: ${day}-${size}=${day - size}, ${iso(year, month + 1)}`;
  }
  return { answer: `${iso(year, month)}-${String(day).padStart(2, "0")}`, rationale };
}

/** Publishes while fewer than a batch wait for a student, until the swarm has ended or this agent is to leave. */
async function probe(member: Member): Promise<void> {
  const source = probes(member.name);
  const send = (samples: Sample[]) => member.swarm.call(ExchangeService.service.Publish, { samples });
  while (!member.leaving.signal.aborted) {
    const { state } = await member.swarm.call(SwarmService.service.GetState, {});
    if (ENDED.includes(state?.phase?.name ?? "")) return;
    const waiting = state?.queues.find((queue) => queue.stage === "STAGE_PROBES")?.ready ?? 0;
    if (!state?.phase?.paused && waiting < BATCH) {
      const batch = Array.from({ length: BATCH }, () => source.next().value);
      for (const { code, id, message } of await member.sent(batch, send)) {
        if (code === "OK") member.completed += 1;
        else member.failed += 1, console.error(`${code}: ${id}: ${message}`);
      }
    }
    await member.beat();
    await member.pause(500);
  }
}

await run(import.meta.url, "ROLE_PROBER", "calendar-prober", probe);
