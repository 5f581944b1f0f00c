/** The prober alone, and before a gateway that plays it tricks: npm test. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { probes } from "./prober.js";
import { takesPart } from "./testing.js";

test("its references are right, and its ids the same at every start", () => {
  const [one, again] = [probes("me").next().value, probes("me").next().value];
  assert.deepEqual(one, again);
  assert.match(one.probe?.question ?? "", /^Now: Thu 2026-01-01 09:15\nText: .* 5 days from now$/);
  assert.equal(one.probe?.reference?.answer, "2026-01-06");
});

test("another prober asks under other ids", () => {
  assert.notEqual(probes("me").next().value.id, probes("you").next().value.id);
});

test("it takes part as it should", takesPart("prober.js", "prober"));
