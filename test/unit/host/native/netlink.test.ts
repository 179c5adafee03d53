import { expect, test } from 'vitest';
import { runProgram } from './program.ts';

/** Whoever may configure a network namespace may also send netlink messages to others in it: an answer of its own, to our port. */
const forger = `import errno, os, socket, struct, sys
link = struct.pack('=IHHIIBxHiII', 32, 16, 0, 0, 0, 0, 0, 4242, 0, 0)
end = struct.pack('=IHHIIi', 20, 2, 0, 0, 0, 0)
forger = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
forger.bind((0, 0))
while os.getppid() == int(sys.argv[1]):
  try: forger.sendto(link + end, (int(sys.argv[1]), 0))
  except OSError as error:
    if error.errno not in (errno.ECONNREFUSED, errno.EAGAIN): raise`;

test('the answer of somebody else is no answer of the kernel', () => {
  const wrapper = [
    'unshare',
    '--user',
    '--map-root-user',
    '--net',
    'sh',
    '-c',
    `python3 -c "$0" $$ & exec "$@"`,
    forger,
  ];
  // RTM_GETLINK of lo; in the answer the index stands behind the header and four bytes.
  const ask = `
    const request = Buffer.alloc(40);
    request.set([40, 0, 0, 0, 18, 0, 5]);
    request.set([7, 0, 3, 0, ...Buffer.from('lo')], 32);
    const found = new Set();
    for (const end = Date.now() + 2000; Date.now() < end; ) {
      const answer = native.netlink(-1, new Uint8Array(request));
      found.add(new DataView(answer.buffer, answer.byteOffset).getInt32(20, true));
    }
    console.log([...found].join());`;
  const { stdout, stderr } = runProgram(ask, wrapper);
  expect(stderr + stdout).toBe('1\n');
});
