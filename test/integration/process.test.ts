import { describe, expect, it } from 'vitest';
import { useScene } from './harness/scene.ts';

const scene = useScene(import.meta.filename);

describe.each(['root', 'rootless', 'userns'] as const)('a process, runtime called by %s', (mode) => {
  it('gets its arguments as they are, the empty one too', async () => {
    const [args] = await scene.as(mode).facts([['args', 'a', 'b c', '', "d'e\n"]]);
    expect(args).toBe("[a]\n[b c]\n[]\n[d'e\n]");
  });
});
