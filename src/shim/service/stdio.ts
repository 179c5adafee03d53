/** The standard streams of a process: what it gets as 0, 1 and 2, and who copies between them and what the client named. */

import { native } from '../../host/native.ts';
import type { Flow, Ground } from '../ground.ts';
import { Logger } from './logger.ts';
import { openFile, openSink, openSource, openUnread, parsePlace, type Sink, type StreamPlace } from './stream-path.ts';

export interface StdioRequest {
  /** Paths or URIs; empty for none. */
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly terminal: boolean;
  /** The owner of the pipes; 0 leaves them ours. */
  readonly ioUid: number;
  readonly ioGid: number;
  readonly namespace: string;
  /** Of the container, or the exec. */
  readonly id: string;
  /**
   * The process may live longer than we do, and a successor of ours will read on: it gets its output pipes open for reading too, so that it
   * waits for a reader, and is not ended by a signal for want of one. Reading them it would find what it has written itself.
   */
  readonly outlivesUs: boolean;
}

const O_RDWR = 2;
/** How long what nobody has read yet is kept when its task goes, and how often to look. */
const UNREAD_MS = 250;
const LOOK_MS = 5;

/** A copy that begins when the process is there. */
interface Planned {
  readonly source: number;
  readonly sink: number;
  readonly held: readonly number[];
  readonly kind: 'output' | 'input';
}

/** @throws RuntimeError, SystemError; nothing is left open then */
export async function openStdio(ground: Ground, request: StdioRequest): Promise<Stdio> {
  const stdio = new Stdio(ground, request);
  try {
    await stdio.open();
    return stdio;
  } catch (error) {
    stdio.close();
    throw error;
  }
}

export class Stdio {
  private readonly ground: Ground;
  private readonly request: StdioRequest;
  /** What the process gets. */
  private given: number[] = [];
  private planned: Planned[] = [];
  private readonly flows: { readonly flow: Flow; readonly kind: 'output' | 'input' | 'terminal' }[] = [];
  /** Reading ends of the client's FIFOs, which tell whether it has read everything. */
  private readonly read: number[] = [];
  /** Our end of the client's FIFO for stdin. */
  private writer = -1;
  private master = -1;
  /** A terminal's two ends on the client's side, until there is a terminal. */
  private screen: Sink | undefined;
  private keyboard = -1;
  private logger: Logger | undefined;

  constructor(ground: Ground, request: StdioRequest) {
    this.ground = ground;
    this.request = request;
  }

  async open(): Promise<void> {
    const { stdin, stdout, stderr, terminal } = this.request;
    const place = parsePlace(stdout);
    if (terminal) return await this.openTerminal(stdin, place);
    this.given.push(this.openInput(stdin));
    if (place.kind === 'program') return await this.openLogger(place);
    if (place.kind === 'file') return this.openShared(openFile(place.path));
    for (const output of [place, parsePlace(stderr)]) this.given.push(await this.openOutput(output));
  }

  /** What the process gets as 0, 1 and 2: until `started`. */
  get descriptors(): readonly [number, number, number] {
    const [stdin = -1, stdout = -1, stderr = -1] = this.given;
    return [stdin, stdout, stderr];
  }

  /** The process is there: its ends are its own, and copying begins. @param master of its terminal, ours from now on, or -1 */
  started(master: number): void {
    this.closeGiven();
    for (const wish of this.planned.splice(0)) this.copy(wish);
    if (master < 0) return;
    this.master = master;
    if (this.keyboard >= 0) this.copy({ source: this.keyboard, sink: native.dup(master), held: [], kind: 'input' });
    this.keyboard = -1;
    if (this.screen) this.copy({ source: native.dup(master), ...this.screen, kind: 'terminal' });
    this.screen = undefined;
  }

  /**
   * Copies on from a pipe of a process that a predecessor of ours has made. A logger needs nobody for that.
   *
   * @param source its reading end
   * @param stream which stream of the process it is
   * @throws RuntimeError, SystemError when the client's place is not there any more: what comes is dropped then, so that the process does not
   *   wait for a reader for ever
   */
  goOn(source: number, stream: 1 | 2): void {
    let taker: Sink = { sink: -1, held: [] };
    try {
      const { stdout, stderr } = this.request;
      const first = parsePlace(stdout);
      // A file takes both. The client of a FIFO may have gone, and come back later: nobody waits for it.
      taker = openTaker(stream === 1 || first.kind === 'file' ? first : parsePlace(stderr), openUnread);
    } finally {
      const sink = taker.sink < 0 ? native.open('/dev/null', O_RDWR) : taker.sink;
      this.copy({ source, sink, held: taker.held, kind: 'output' });
    }
  }

  /** CloseIO: the input ends when the client has closed it as well. */
  closeStdin(): void {
    if (this.writer >= 0) native.close(this.writer);
    this.writer = -1;
  }

  resize(columns: number, rows: number): void {
    if (this.master >= 0) native.setWindowSize(this.master, columns, rows);
  }

  /**
   * The process has ended: whoever opens its terminal now does not count. What it has written is with the client before anybody is told:
   * containerd's clients close their side as soon as they hear that a task has stopped.
   */
  processEnded(): void {
    for (const { flow, kind } of this.flows) {
      if (kind === 'terminal') flow.finish();
      if (kind !== 'input') flow.settle();
    }
  }

  /** What it wrote is copied, as long as it takes, within the time; then what is left is given up. */
  async drain(timeoutMs: number): Promise<void> {
    const outputs = this.flows.filter(({ kind }) => kind !== 'input').map(({ flow }) => flow.ended);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([Promise.all(outputs), late]);
    clearTimeout(timer);
    await this.untilRead();
  }

  /** An engine that has just been started again asks for the end of a task while it opens what it will read: closed now, it would be empty. */
  private async untilRead(): Promise<void> {
    const isUnread = () => this.read.some((descriptor) => native.waitingBytes(descriptor) > 0);
    for (let waited = 0; waited < UNREAD_MS && isUnread(); waited += LOOK_MS)
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }

  /** Ends everything at once. */
  close(): void {
    this.closeGiven();
    this.closeStdin();
    for (const { source, sink, held } of this.planned.splice(0)) closeAll([source, sink, ...held]);
    for (const { flow } of this.flows.splice(0)) flow.end();
    closeAll(this.read.splice(0));
    closeAll([this.master, this.keyboard, this.screen?.sink ?? -1, ...(this.screen?.held ?? [])]);
    this.master = -1;
    this.keyboard = -1;
    this.screen = undefined;
    this.logger?.stop();
    this.logger = undefined;
  }

  private copy(wish: Parameters<Ground['flow']>[0]): void {
    const [reader] = wish.held;
    if (reader !== undefined) this.read.push(native.dup(reader));
    this.flows.push({ flow: this.ground.flow(wish), kind: wish.kind });
  }

  private closeGiven(): void {
    // /dev/null may stand for several.
    closeAll([...new Set(this.given.splice(0))]);
  }

  private async openTerminal(stdin: string, place: StreamPlace): Promise<void> {
    const nothing = native.open('/dev/null', O_RDWR);
    this.given.push(nothing, nothing, nothing);
    if (stdin !== '') {
      const { source, writer } = openSource(stdin);
      this.keyboard = source;
      this.writer = writer;
    }
    if (place.kind === 'path') this.screen = await openSink(place.path);
    else if (place.kind === 'file') this.screen = openFile(place.path);
    else if (place.kind === 'program') this.screen = await this.pipeToLogger(place);
    else this.screen = { sink: native.open('/dev/null', O_RDWR), held: [] };
  }

  private async pipeToLogger(place: Extract<StreamPlace, { kind: 'program' }>): Promise<Sink> {
    const [reader, writer] = native.pipe();
    const nothing = native.open('/dev/null', O_RDWR);
    try {
      this.logger = await Logger.start(this.ground, place, [reader, nothing], this.request);
      return { sink: writer, held: [] };
    } catch (error) {
      native.close(writer);
      throw error;
    } finally {
      closeAll([reader, nothing]);
    }
  }

  private openInput(path: string): number {
    if (path === '') return native.open('/dev/null', 0);
    const { source, writer: ours } = openSource(path);
    this.writer = ours;
    const [reader, writer] = this.pipe();
    this.planned.push({ source, sink: writer, held: [], kind: 'input' });
    return reader;
  }

  private async openOutput(place: StreamPlace): Promise<number> {
    if (place.kind === 'none') return native.open('/dev/null', O_RDWR);
    const sink = await openTaker(place, openSink);
    const [reader, writer] = this.pipe();
    this.planned.push({ source: reader, ...sink, kind: 'output' });
    return this.output(writer);
  }

  /** Both streams go to one file, line by line as they come. */
  private openShared({ sink, held }: Sink): void {
    for (const target of [sink, native.dup(sink)]) {
      const [reader, writer] = this.pipe();
      this.planned.push({ source: reader, sink: target, held, kind: 'output' });
      this.given.push(this.output(writer));
    }
  }

  /** It reads the container's pipes itself: nothing is copied. */
  private async openLogger(place: Extract<StreamPlace, { kind: 'program' }>): Promise<void> {
    const [stdout, stdoutWriter] = this.pipe();
    const [stderr, stderrWriter] = this.pipe();
    this.given.push(stdoutWriter, stderrWriter);
    try {
      this.logger = await Logger.start(this.ground, place, [stdout, stderr], this.request);
    } finally {
      closeAll([stdout, stderr]);
    }
  }

  /** What the process gets of a pipe. */
  private output(writer: number): number {
    if (!this.request.outlivesUs) return writer;
    try {
      return native.open(`/proc/self/fd/${writer}`, O_RDWR);
    } finally {
      native.close(writer);
    }
  }

  private pipe(): [reader: number, writer: number] {
    const pipe = native.pipe();
    const { ioUid, ioGid } = this.request;
    // Both ends are one inode.
    if (ioUid > 0 || ioGid > 0) native.chown(`/proc/self/fd/${pipe[0]}`, ioUid, ioGid);
    return pipe;
  }
}

/** @param open a path, waiting for its reader or not @throws SystemError */
function openTaker<Opened>(place: StreamPlace, open: (path: string) => Opened): Opened | Sink {
  if (place.kind === 'file') return openFile(place.path);
  if (place.kind === 'path') return open(place.path);
  throw new TypeError('there is no place for this stream, or a logger takes it');
}

function closeAll(descriptors: readonly number[]): void {
  for (const descriptor of descriptors) if (descriptor >= 0) native.close(descriptor);
}
