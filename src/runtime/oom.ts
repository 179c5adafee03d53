/** Tells, while a container lives, of what the kernel's OOM killer does to it; through the event loop. */

import { type OomWatch, watchOom } from '../cgroup/oom.ts';
import { native } from '../host/native.ts';
import { ContainerFolder } from './container.ts';
import type { Context } from './context.ts';

export class OomWatcher {
  private readonly watch: OomWatch;
  private readonly told: () => void;
  private key = -1;

  /**
   * @param told once for each piece of news
   * @returns undefined where nothing can be watched (no memory controller, no rights): then the log says so
   */
  static open(context: Context, id: string, told: () => void): OomWatcher | undefined {
    try {
      const paths = new ContainerFolder(context, id).mustLoad().cgroup_paths;
      const unified = paths[''] !== undefined && paths.memory === undefined;
      return new OomWatcher(watchOom(native, unified ? 2 : 1, paths), told);
    } catch (error) {
      context.log.warn(`cannot watch for OOM kills: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  }

  private constructor(watch: OomWatch, told: () => void) {
    this.watch = watch;
    this.told = told;
    this.listen();
  }

  /** Tells at once what has happened so far. */
  look(): void {
    if (this.key < 0) return;
    const news = this.watch.news();
    if (news.includes('oom')) this.told();
    if (news.includes('gone')) this.close();
  }

  close(): void {
    if (this.key < 0) return;
    native.unwatch(this.key);
    this.key = -1;
    this.watch.close();
  }

  private listen(): void {
    this.key = native.watch(this.watch.descriptor, () => {
      this.look();
      if (this.key >= 0) this.listen();
    });
  }
}
