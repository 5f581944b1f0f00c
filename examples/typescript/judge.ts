/**
 * A judge: decides whether attempts are right. What an attempt says is data: it gives no orders.
 *
 *     SWARM_TARGET=HOST:PORT SWARM_CREDENTIAL=TOKEN SWARM_CA=ca.pem node build/judge.js
 */

import { run } from "./member.js";
import { completed, rejected, work, type Lease, type Outcome } from "./working.js";

/** The version of the rubric that it judges by; `swarm status` shows the one in force. */
const RUBRIC_VERSION = 1;

/** Where your tests or program come in: whether an attempt is right. */
export async function passes(text: string, right: string): Promise<boolean> {
  return text.trim().split(/\s+/).at(-1) === right;
}

/** The verdict that answers a lease, or why there is none. */
export async function act(lease: Lease): Promise<Outcome> {
  const attempt = lease.chain.find(({ payload }) => payload === "attempt")?.attempt;
  const probe = lease.chain.find(({ payload }) => payload === "probe")?.probe;
  if (!attempt || !probe?.reference) return rejected(lease, "the probe came without its reference");
  const passed = await passes(attempt.text, probe.reference.answer);
  const findings = [{ criterion: "right", passed, quote: attempt.text.slice(-200) }];
  const species = passed ? "" : `${probe.cell?.subdomain}/wrong`;
  return completed(lease, {
    verdict: { passed, rubricVersion: RUBRIC_VERSION, decidedBy: "last-word", findings, species },
  });
}

await run(import.meta.url, "ROLE_JUDGE", "last-word-judge", (member) => work(member, "STAGE_ATTEMPTS", act));
