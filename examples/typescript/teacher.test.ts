/** The teacher alone, and before a gateway that plays it tricks: npm test. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { act } from "./teacher.js";
import { leased, takesPart } from "./testing.js";
import type { Failure } from "./working.js";

test("it answers with the reference, under an id that is the same at every delivery", async () => {
  const [one, again] = await Promise.all([1, 2].map(() => act(leased("verdict", "now?", "2026-04-02"))));
  assert.ok(one && "outputs" in one);
  assert.equal(one.outputs?.[0]?.correction?.answer, "2026-04-02");
  assert.deepEqual(one, again);
});

test("it hands back what came without a reference", async () => {
  const lease = leased("verdict", "now?", "");
  lease.chain.pop();
  assert.equal(((await act(lease)) as Failure).kind, "FAIL_KIND_REJECT");
});

test("it takes part as it should", takesPart("teacher.js", "teacher"));
