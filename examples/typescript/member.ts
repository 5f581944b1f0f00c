/** One agent's side of a swarm, whatever its role: announces itself, reports, and leaves when told. */

import { randomUUID } from "node:crypto";
import { realpathSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { AgentService, Connection, Refusal } from "./connection.js";
import type { Role } from "./gen/swarm/v1/Role.js";
import type { Answer__Output as Answer } from "./gen/swarm/v1/Answer.js";

const BEAT_MS = 3_000;
const FULL = ["QUEUE_FULL", "CREDITS_SPENT"];

export class Member {
  readonly leaving = new AbortController();
  completed = 0;
  failed = 0;
  private beaten = 0;

  constructor(readonly swarm: Connection, readonly name: string) {}

  /** Reports what was done since the last report, every few seconds; the answer may say that it is to leave. */
  async beat(): Promise<void> {
    if (Date.now() - this.beaten < BEAT_MS) return;
    this.beaten = Date.now();
    const { completed, failed } = this;
    [this.completed, this.failed] = [0, 0];
    const reply = await this.swarm.call(AgentService.service.Heartbeat, { reportId: randomUUID(), completed, failed });
    if (reply.drain) this.leaving.abort();
  }

  /** Waits, unless it is to leave. */
  async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.leaving.signal }).catch(() => undefined);
  }

  /** Answers to all items. What there was no room for is sent again until there was, or until it is to leave. */
  async sent<T>(items: T[], send: (items: T[]) => Promise<{ answers: Answer[] }>): Promise<Answer[]> {
    const { answers } = await send(items);
    for (;;) {
      const places = [...answers.keys()].filter((place) => FULL.includes(answers[place]!.code));
      if (!places.length || this.leaving.signal.aborted) return answers;
      await this.pause(1_000);
      await this.beat();
      const again = (await send(places.map((place) => items[place]!))).answers;
      places.forEach((place, number) => (answers[place] = again[number]!));
    }
  }
}

/**
 * Is an agent of that role until the loop ends, which it should once a signal or the swarm has said to leave.
 * Does nothing where the module, `import.meta.url`, isn't the program: where its test imports it.
 */
export async function run(
  module: string, role: Role, name: string, loop: (member: Member) => Promise<void>,
): Promise<void> {
  if (realpathSync(process.argv[1] ?? "") !== fileURLToPath(module)) return;
  try {
    const { SWARM_TARGET: target, SWARM_CREDENTIAL: token, SWARM_CA: ca, SWARM_AGENT: called } = process.env;
    if (!target || !token) throw new Refusal("CONFIG", "Set SWARM_TARGET and SWARM_CREDENTIAL", false, 0);
    const member = new Member(new Connection(target, token, ca), called ?? name);
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => member.leaving.abort());
    const card = { name: member.name, role, version: "1.0.0" };
    const asked = { card, contract: "1.2", instance: randomUUID(), needs: ["swarm.v1.HeartbeatResponse.drain"] };
    const { contract } = await member.swarm.call(AgentService.service.Register, asked);
    console.error(`${member.name} takes part in a swarm of contract ${contract?.version ?? "before 1.2"}`);
    await loop(member);
    await member.swarm.call(AgentService.service.Leave, {}, 5_000);
    member.swarm.close();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(`${error.reason}: ${error.message}`);
    process.exit(error.again ? 69 : error.reason === "CONFIG" ? 2 : 77);
  }
}
