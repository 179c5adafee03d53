/** Kubernetes' validation suite for the Container Runtime Interface, and ginkgo, which runs parts of it at the same time. */
import { join } from 'node:path';
import { cached, command } from '../../cache.ts';
import { goCompiler } from '../../go.ts';

const module = 'sigs.k8s.io/cri-tools';
/** Pinned: another one has other specs, and other counts. */
const version = 'v1.37.0';

/** Where Go keeps the source of cri-tools, which it fetches when it is not there. */
function source(go: string): string {
  const env = { GOFLAGS: '', GOTOOLCHAIN: 'auto' };
  const answer: unknown = JSON.parse(command(go, ['mod', 'download', '-json', `${module}@${version}`], { env }));
  return (answer as { Dir: string }).Dir;
}

/** @returns the folder with `critest.test` and `ginkgo` */
export function critest(): string {
  return cached(`critest-${version}`, (into) => {
    console.log(`building critest ${version}, which takes a minute`);
    const go = goCompiler();
    // A test program cannot be had by `go install`; both are built where cri-tools itself says which versions it wants.
    const options = { cwd: source(go), env: { CGO_ENABLED: '0', GOFLAGS: '', GOTOOLCHAIN: 'auto' } };
    const flags = ['-trimpath', '-ldflags', '-s -w', '-o'];
    command(go, ['test', '-c', ...flags, join(into, 'critest.test'), './cmd/critest'], options);
    command(go, ['build', ...flags, join(into, 'ginkgo'), 'github.com/onsi/ginkgo/v2/ginkgo'], options);
  });
}

/** One image has a digest for its name, a constant in the program: the stand-in has another one. */
export const digestInProgram = '9700f9a2f5bf2c45f2f605a0bd3bce7cf37420ec9d3ed50ac2758413308766bf';
