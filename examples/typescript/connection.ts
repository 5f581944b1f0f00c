/** Calls on a gateway: each is repeated under one id while the gateway is away or busy, and a refusal has a name. */

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as grpc from "@grpc/grpc-js";
import { loadSync, type MethodDefinition } from "@grpc/proto-loader";
import type { ProtoGrpcType as Agent } from "./gen/agent.js";
import type { ProtoGrpcType as Exchange } from "./gen/exchange.js";
import type { ProtoGrpcType as Rpc } from "./gen/rpc.js";
import type { ProtoGrpcType as Swarm } from "./gen/swarm.js";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const FILES = ["swarm/v1/agent.proto", "swarm/v1/exchange.proto", "swarm/v1/swarm.proto", "rpc.proto"];
const includeDirs = [here("../../../proto"), here("..")];
const loaded = loadSync(FILES, { includeDirs, longs: Number, enums: String, defaults: true, oneofs: true });
const contract = grpc.loadPackageDefinition(loaded) as unknown as Agent & Exchange & Swarm & Rpc;
export const { AgentService, ExchangeService, SwarmService } = contract.swarm.v1;

type Method<Q, R> = Pick<MethodDefinition<Q, never, never, R>, "path" | "requestSerialize" | "responseDeserialize">;

const DEADLINE_MS = 30_000;
const OPTIONS = { "grpc.initial_reconnect_backoff_ms": 100, "grpc.max_reconnect_backoff_ms": 1_000 };
const AWAY = [grpc.status.UNAVAILABLE, grpc.status.DEADLINE_EXCEEDED, grpc.status.RESOURCE_EXHAUSTED];

/** Why the gateway said no: a reason of docs/errors.md, or gRPC's own status. */
export class Refusal extends Error {
  constructor(readonly reason: string, message: string, readonly again: boolean, readonly waitMs: number) {
    super(message);
  }
}

export class Connection {
  private readonly client: grpc.Client;

  constructor(target: string, private readonly token: string, ca?: string) {
    const secure = ca ? grpc.credentials.createSsl(readFileSync(ca)) : grpc.credentials.createInsecure();
    this.client = new grpc.Client(target, secure, OPTIONS);
  }

  /** The answer. Repeats the same request for so long; then, or where that can't help, throws the Refusal. */
  async call<Q, R>(method: Method<Q, R>, request: Q, patienceMs = 60_000): Promise<R> {
    const metadata = new grpc.Metadata();
    metadata.set("authorization", `Bearer ${this.token}`);
    metadata.set("request-id", randomUUID());
    const until = Date.now() + patienceMs;
    for (let wait = 50; ; wait = Math.min(2 * wait, 2_000)) {
      try {
        return await this.once(method, request, metadata);
      } catch (error) {
        const refusal = refusalOf(error as grpc.ServiceError);
        if (!refusal.again || Date.now() > until) throw refusal;
        await sleep(Math.max(wait * (1 - Math.random() / 2), refusal.waitMs));
      }
    }
  }

  close(): void {
    this.client.close();
  }

  private once<Q, R>(method: Method<Q, R>, request: Q, metadata: grpc.Metadata): Promise<R> {
    const { path, requestSerialize: write, responseDeserialize: read } = method;
    const options = { deadline: Date.now() + DEADLINE_MS };
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(path, write, read, request, metadata, options, (error, reply) =>
        error ? reject(error) : resolve(reply as R),
      );
    });
  }
}

/** Reads google.rpc.Status, which the gateway sends with every refusal. */
function refusalOf(error: grpc.ServiceError): Refusal {
  const { Status, ErrorInfo, RetryInfo } = contract.google.rpc;
  let reason = grpc.status[error.code] ?? "UNKNOWN";
  let waitMs = 0;
  const [packed] = error.metadata?.get("grpc-status-details-bin") ?? [];
  const details = Buffer.isBuffer(packed) ? Status.deserialize(packed).details : [];
  for (const detail of details as { type_url?: string; typeUrl?: string; value: Buffer }[]) {
    const kind = detail.typeUrl ?? detail.type_url;
    if (kind?.endsWith("/google.rpc.ErrorInfo")) reason = ErrorInfo.deserialize(detail.value).reason;
    if (kind?.endsWith("/google.rpc.RetryInfo")) {
      const { seconds = 0, nanos = 0 } = RetryInfo.deserialize(detail.value).retryDelay ?? {};
      waitMs = seconds * 1_000 + nanos / 1_000_000;
    }
  }
  return new Refusal(reason, error.details || error.message, AWAY.includes(error.code), waitMs);
}
