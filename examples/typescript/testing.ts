/** What the tests of all agents share: a lease to act on, and the kit that plays a swarm against the program. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { TestContext } from "node:test";
import type { Lease } from "./working.js";

/** A lease as the gateway would hand it out; what it leases is named first. */
export function leased(kind: "probe" | "attempt" | "verdict", text: string, answer: string): Lease {
  const cell = { subdomain: "relative", weather: "WEATHER_RAIN", form: "date" };
  const probe = { payload: "probe", probe: { question: text, cell, reference: { answer, rationale: "" } } };
  const attempt = { payload: "attempt", attempt: { text, checkpointId: "base" } };
  const verdict = { payload: "verdict", verdict: { passed: false } };
  const links = [verdict, attempt, probe].slice(["verdict", "attempt", "probe"].indexOf(kind));
  const chain = links.map((link, place) => ({ ...link, id: `${place}`.repeat(32), rootId: "", orderingKey: "" }));
  return { token: "example", sample: chain[0], chain } as unknown as Lease;
}

/** Plays a swarm against a program beside this one. Skipped where there is no `swarm`, which SWARM may name. */
export function takesPart(program: string, role: string): (test: TestContext) => void {
  return (test) => {
    const command = `node ${fileURLToPath(new URL(program, import.meta.url))}`;
    const words = ["agent", "check", command, "--role", role, "--at-once", "4"];
    const { error, status, stdout, stderr } = spawnSync(process.env.SWARM ?? "swarm", words, { encoding: "utf8" });
    if (error) return test.skip("there is no `swarm` on the PATH: pip install nucleus-swarm, or let SWARM name it");
    assert.equal(status, 0, stdout + stderr);
  };
}
