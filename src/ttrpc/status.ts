/** How a call went: gRPC's numbers (https://grpc.github.io/grpc/core/md_doc_statuscodes.html). */
export const Code = {
  OK: 0,
  Canceled: 1,
  Unknown: 2,
  InvalidArgument: 3,
  DeadlineExceeded: 4,
  NotFound: 5,
  AlreadyExists: 6,
  PermissionDenied: 7,
  ResourceExhausted: 8,
  FailedPrecondition: 9,
  Aborted: 10,
  OutOfRange: 11,
  Unimplemented: 12,
  Internal: 13,
  Unavailable: 14,
  DataLoss: 15,
  Unauthenticated: 16,
} as const;

/** What a failed call is answered with. */
export interface Status {
  /** One of `Code`, not OK. */
  readonly code: number;
  readonly message: string;
}

/** A call that failed, as its caller sees it. */
export class StatusError extends Error implements Status {
  override readonly name = 'StatusError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** What Go says when the time of a call is up; clients look at the text. */
export const DEADLINE_EXCEEDED: Status = { code: Code.DeadlineExceeded, message: 'context deadline exceeded' };
