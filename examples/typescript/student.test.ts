/** The student alone, and before a gateway that plays it tricks: npm test. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { act } from "./student.js";
import { leased, takesPart } from "./testing.js";
import type { Failure } from "./working.js";

test("it answers", async () => {
  const given = await act(leased("probe", "now?", ""));
  assert.ok("outputs" in given && given.outputs?.[0]?.attempt?.text);
});

test("it hands back what is no probe", async () => {
  assert.equal(((await act(leased("verdict", "now?", ""))) as Failure).kind, "FAIL_KIND_REJECT");
});

test("it takes part as it should", takesPart("student.js", "student"));
