/** How students, judges and teachers work: lease, act, hold, hand in or back. */

import { createHash } from "node:crypto";
import { ExchangeService } from "./connection.js";
import type { Completion } from "./gen/swarm/v1/Completion.js";
import type { Failure } from "./gen/swarm/v1/Failure.js";
import type { Lease__Output as Lease } from "./gen/swarm/v1/Lease.js";
import type { Sample } from "./gen/swarm/v1/Sample.js";
import type { Stage } from "./gen/swarm/v1/Stage.js";
import type { Member } from "./member.js";

export type { Completion, Failure, Lease };
export type Outcome = Completion | Failure;

const LEASE_SECONDS = 30;
const EXTEND_MS = 10_000;
const GONE = ["OK", "LEASE_LOST", "TOKEN_REFUSED"];

/** Leases from a queue, acts on each lease, and hands in or back what it comes to, until this agent is to leave. */
export async function work(member: Member, stage: Stage, act: (lease: Lease) => Promise<Outcome>): Promise<void> {
  const { Lease, Extend } = ExchangeService.service;
  while (!member.leaving.signal.aborted) {
    const wanted = { stage, limit: 4, ttlSeconds: LEASE_SECONDS, waitSeconds: 2 };
    const { leases, drain } = await member.swarm.call(Lease, wanted);
    if (drain) member.leaving.abort();
    if (leases.length) {
      const held = { tokens: leases.map(({ token }) => token), ttlSeconds: LEASE_SECONDS };
      const holding = setInterval(() => member.swarm.call(Extend, held).catch(console.error), EXTEND_MS);
      try {
        await handIn(member, await Promise.all(leases.map(act)));
      } finally {
        clearInterval(holding);
      }
    }
    await member.beat();
  }
}

async function handIn(member: Member, outcomes: Outcome[]): Promise<void> {
  const { Complete, Fail } = ExchangeService.service;
  const send = (completions: Completion[]) => member.swarm.call(Complete, { completions });
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
}

/** The completion of a lease by one output that answers it, such as `{ verdict: ... }`. */
export function completed({ token, sample }: Lease, said: Pick<Sample, "attempt" | "verdict" | "correction">): Completion {
  const { id, rootId, orderingKey } = sample!;
  const output = { id: childId(id, Object.keys(said)[0]!), parentId: id, rootId: rootId || id, orderingKey, ...said };
  return { token, outputs: [output] };
}

/** What hands a lease back for good, and why. */
export function rejected({ token }: Lease, reason: string): Failure {
  return { token, kind: "FAIL_KIND_REJECT", reason };
}

/** UUID version 5 without dashes: made from a leased sample's id, it is the same at every delivery. */
function childId(parent: string, kind: string): string {
  const hash = createHash("sha1").update(Buffer.from(parent, "hex")).update(`${kind}/0`).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  return hash.subarray(0, 16).toString("hex");
}
