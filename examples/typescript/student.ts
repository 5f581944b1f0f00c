/**
 * A student: answers probes.
 *
 *     SWARM_TARGET=HOST:PORT SWARM_CREDENTIAL=TOKEN SWARM_CA=ca.pem node build/student.js
 */

import { run } from "./member.js";
import { completed, rejected, work, type Lease, type Outcome } from "./working.js";

/** Where your model or program comes in: what it says to a question. */
export async function answer(_question: string): Promise<string> {
  return "I can't tell.";
}

/** The attempt that answers a lease. A probe comes without what is right. */
export async function act(lease: Lease): Promise<Outcome> {
  const question = lease.sample?.probe?.question;
  if (question === undefined) return rejected(lease, "what came is no probe");
  return completed(lease, { attempt: { text: await answer(question), checkpointId: "base" } });
}

await run(import.meta.url, "ROLE_STUDENT", "silent-student", (member) => work(member, "STAGE_PROBES", act));
