/**
 * A prober in TypeScript: asks the calendar specialist what date lies so many days ahead, until it is told to leave.
 *
 *     npm ci && npm run build
 *     SWARM_TARGET=HOST:PORT SWARM_CREDENTIAL=TOKEN SWARM_CA=ca.pem npm start
 *
 * The name of the credential must be SWARM_NAME, or calendar-prober.
 */

import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { AgentService, Connection, ExchangeService, Refusal, SwarmService } from "./connection.js";
import type { Sample } from "./gen/swarm/v1/Sample.js";

const NAME = process.env.SWARM_NAME ?? "calendar-prober";
const BATCH = 8;
const PAUSE_MS = 500;
const BEAT_MS = 3_000;
const ERRANDS = ["water the ferns", "call the plumber", "renew the passport", "feed the cat", "pay the rent"];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** Every question once, in an order that is always the same; its id is its digest, so asking it again has no effect. */
function* probes(): Generator<Sample> {
  for (let number = 0; ; number++) {
    const now = new Date(Date.UTC(2026, 0, 1 + ((number * 37) % 1000)));
    const ahead = 5 + ((number * 11) % 56);
    const errand = ERRANDS[number % ERRANDS.length];
    const date = now.toISOString().slice(0, 10);
    const question = `Now: ${DAYS[now.getUTCDay()]} ${date} 09:15\nText: ${errand} ${ahead} days from now`;
    const id = createHash("sha256").update(`${NAME}\n${question}`).digest("hex").slice(0, 32);
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

/** Publishes while the swarm has room, and reports, until it has ended or this agent is to leave. */
async function probe(swarm: Connection, leaving: AbortSignal): Promise<void> {
  const source = probes();
  let batch: Sample[] = [];
  let [completed, beaten] = [0, 0];
  while (!leaving.aborted) {
    const { state } = await swarm.call(SwarmService.service.GetState, {});
    if (["PHASE_NAME_STOPPED", "PHASE_NAME_CERTIFIED"].includes(state?.phase?.name ?? "")) return;
    const waiting = state?.queues.find((queue) => queue.stage === "STAGE_PROBES")?.ready ?? 0;
    if (!state?.phase?.paused && waiting < BATCH) {
      while (batch.length < BATCH) batch.push(source.next().value);
      const { answers } = await swarm.call(ExchangeService.service.Publish, { samples: batch });
      for (const { id, code, message } of answers) if (code !== "OK") console.error(`${code}: ${id}: ${message}`);
      completed += answers.filter(({ code }) => code === "OK").length;
      batch = batch.filter((_, place) => ["QUEUE_FULL", "CREDITS_SPENT"].includes(answers[place]?.code ?? ""));
    }
    if (Date.now() - beaten >= BEAT_MS) {
      beaten = Date.now();
      const report = await swarm.call(AgentService.service.Heartbeat, { reportId: randomUUID(), completed });
      completed = 0;
      if ("drain" in report && report.drain) return;
    }
    await sleep(PAUSE_MS, undefined, { signal: leaving }).catch(() => undefined);
  }
}

async function main(): Promise<void> {
  const { SWARM_TARGET: target, SWARM_CREDENTIAL: token, SWARM_CA: ca } = process.env;
  if (!target || !token) throw new Refusal("CONFIG", "Set SWARM_TARGET and SWARM_CREDENTIAL", false, 0);
  const leaving = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => leaving.abort());
  const swarm = new Connection(target, token, ca);
  const card = { name: NAME, role: "ROLE_PROBER", version: "1.0.0" } as const;
  const { contract } = await swarm.call(AgentService.service.Register, { card, contract: "1.2" });
  console.error(`${NAME} probes a swarm of contract ${contract?.version ?? "before 1.2"}`);
  await probe(swarm, leaving.signal);
  await swarm.call(AgentService.service.Leave, {}, 5_000);
  swarm.close();
}

main().catch((error: unknown) => {
  console.error(error instanceof Refusal ? `${error.reason}: ${error.message}` : error);
  process.exit(error instanceof Refusal ? (error.again ? 69 : error.reason === "CONFIG" ? 2 : 77) : 1);
});
