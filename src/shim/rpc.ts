/** Services as the transports see them: bytes in, bytes out. ttrpc and gRPC carry the same ones. */

/** What is known of a call beside its request. */
export interface Call {
  /** containerd's namespace of the caller; the shim's own where the transport does not say. */
  readonly namespace: string;
}

/** Decodes its request itself, and answers with an encoded response. Throws what `statusOf` has words for. */
export type Method = (request: Uint8Array, call: Call) => Promise<Uint8Array> | Uint8Array;

/** By the name of the method: `Create`, `Start` … */
export type Service = Readonly<Record<string, Method>>;
