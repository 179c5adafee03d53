/** A connected byte stream, whatever it is made of. What arrives is handed over by whoever owns the stream, to a function. */
export interface Transport {
  /** Sends bytes, in order; what does not fit now is kept. Never throws once the stream has ended. */
  write(data: Uint8Array): void;
  /** Ends the stream, after what was written. More than once is fine. */
  close(): void;
}
