/**
 * A teacher: corrects what the student got wrong by the probe's own reference.
 *
 *     SWARM_TARGET=HOST:PORT SWARM_CREDENTIAL=TOKEN SWARM_CA=ca.pem node build/teacher.js
 */

import { run } from "./member.js";
import { completed, rejected, work, type Lease, type Outcome } from "./working.js";

/** The correction that answers a lease, or why there is none. A real teacher would ask its model here. */
export async function act(lease: Lease): Promise<Outcome> {
  const right = lease.chain.find(({ payload }) => payload === "probe")?.probe?.reference;
  if (!right) return rejected(lease, "the probe came without its reference");
  const rationale = right.rationale || `It is ${right.answer}.`;
  return completed(lease, {
    correction: { rationale, answer: right.answer, teacher: "TEACHER_KIND_LOCAL", verified: true },
  });
}

await run(import.meta.url, "ROLE_TEACHER", "reference-teacher", (member) => work(member, "STAGE_FAILURES", act));
