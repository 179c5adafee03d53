/** Lines of /proc/PID/mountinfo (proc_pid_mountinfo(5)). */

export interface MountLine {
  readonly root: string;
  readonly point: string;
  readonly options: readonly string[];
  /** `shared:7`, `master:3` */
  readonly propagation: readonly string[];
  readonly type: string;
  readonly source: string;
  readonly superOptions: readonly string[];
}

export function parseMountinfo(text: string): MountLine[] {
  const lines = text.split('\n').filter((line) => line.includes(' - '));
  return lines.map((line) => {
    const [head = '', tail = ''] = line.split(' - ');
    const [, , , root = '', point = '', options = '', ...propagation] = head.split(' ');
    const [type = '', source = '', superOptions = ''] = tail.split(' ');
    return {
      root,
      point,
      options: options.split(','),
      propagation,
      type,
      source,
      superOptions: superOptions.split(','),
    };
  });
}
