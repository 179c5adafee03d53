/** One thing at a time, in the order asked: verbs that change a process wait for each other, those that only look do not. */
export class Lock {
  private last: Promise<unknown> = Promise.resolve();

  /** Does the work when all that was asked before is done. @throws what the work throws */
  run<T>(work: () => Promise<T> | T): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => {});
    return turn;
  }
}
