/**
 * A teacher: corrects what the student got wrong by the probe's own reference. It shows how work is leased, held,
 * handed in and handed back; students and judges do the same from other queues.
 *
 *     SWARM_TARGET=HOST:PORT SWARM_CREDENTIAL=TOKEN SWARM_CA=ca.pem node build/teacher.js
 */

import { ExchangeService } from "./connection.js";
import type { Completion } from "./gen/swarm/v1/Completion.js";
import type { Failure } from "./gen/swarm/v1/Failure.js";
import type { Lease__Output as Lease } from "./gen/swarm/v1/Lease.js";
import { childId, run, type Member } from "./member.js";

const LEASE_SECONDS = 30;
const EXTEND_MS = 10_000;
const GONE = ["OK", "LEASE_LOST", "TOKEN_REFUSED"];

/** The correction that answers a lease, or why there is none. A real teacher would ask its model here. */
async function act({ token, sample, chain }: Lease): Promise<Completion | Failure> {
  const right = chain.find(({ payload }) => payload === "probe")?.probe?.reference;
  if (!right || !sample) return { token, kind: "FAIL_KIND_REJECT", reason: "the probe came without its reference" };
  const { id, rootId, orderingKey } = sample;
  const rationale = right.rationale || `It is ${right.answer}.`;
  const correction = { rationale, answer: right.answer, teacher: "TEACHER_KIND_LOCAL", verified: true } as const;
  const answer = { id: childId(id, "correction"), parentId: id, rootId: rootId || id, orderingKey, correction };
  return { token, outputs: [answer] };
}

/** Leases failures, and hands in or back what they come to, until this agent is to leave. */
async function teach(member: Member): Promise<void> {
  const { Lease, Extend, Complete, Fail } = ExchangeService.service;
  const send = (completions: Completion[]) => member.swarm.call(Complete, { completions });
  while (!member.leaving.signal.aborted) {
    const wanted = { stage: "STAGE_FAILURES", limit: 4, ttlSeconds: LEASE_SECONDS, waitSeconds: 2 } as const;
    const { leases, drain } = await member.swarm.call(Lease, wanted);
    if (drain) member.leaving.abort();
    if (leases.length) {
      const held = { tokens: leases.map(({ token }) => token), ttlSeconds: LEASE_SECONDS };
      const holding = setInterval(() => member.swarm.call(Extend, held).catch(console.error), EXTEND_MS);
      try {
        const outcomes = await Promise.all(leases.map(act));
        const done = outcomes.filter((outcome): outcome is Completion => "outputs" in outcome);
        const back = outcomes.filter((outcome): outcome is Failure => "kind" in outcome);
        const answers = done.length ? await member.sent(done, send) : [];
        for (const { id, code, message } of answers) {
          if (code !== "OK") console.error(`${code}: ${message}`);
          if (!GONE.includes(code)) back.push({ token: id, kind: "FAIL_KIND_RETRY", reason: `${code}: ${message}` });
        }
        if (back.length) await member.swarm.call(Fail, { failures: back });
        member.completed += answers.filter(({ code }) => code === "OK").length;
        member.failed += back.length;
      } finally {
        clearInterval(holding);
      }
    }
    await member.beat();
  }
}

await run("ROLE_TEACHER", "reference-teacher", teach);
