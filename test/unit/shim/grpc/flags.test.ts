import { expect, it } from 'vitest';
import { parseServeFlags } from '../../../../src/shim/grpc/flags.ts';

const DEFAULTS = {
  socket: '/run/x/s',
  state: '/run/x/s.state',
  root: '/run/x/s.state/runtime',
  systemdCgroup: false,
  debug: false,
  log: '',
};

it.each([
  [['--socket', '/run/x/s'], DEFAULTS],
  [['-socket=/run/x/s', '-debug', '--systemd-cgroup'], { ...DEFAULTS, debug: true, systemdCgroup: true }],
  [['--socket', '/run/x/s', '--debug=false'], DEFAULTS],
  [['--state=/s', '--socket', '/run/x/s'], { ...DEFAULTS, state: '/s', root: '/s/runtime' }],
  [['--socket', '/run/x/s', '--root', '/r', '--log', '/l'], { ...DEFAULTS, root: '/r', log: '/l' }],
  [['--socket', '/a', '--socket', '/run/x/s'], DEFAULTS],
  [['--help'], undefined],
  [['--socket', '/run/x/s', '-h'], undefined],
])('%j', (argv, flags) => {
  expect(parseServeFlags(argv)).toEqual(flags);
});

it.each([
  [[], 'serve needs a socket'],
  [['--socket'], '--socket needs a path'],
  [['--socket', 'x'], '--socket must be an absolute path, not "x"'],
  [['--socket='], '--socket must be an absolute path, not ""'],
  [['--debug=yes', '--socket', '/s'], '--debug is a switch: "yes" is neither true nor false'],
  [['--address', '/s'], 'serve does not know "--address"'],
  [['/s'], 'serve does not know "/s"'],
  [['---socket', '/s'], 'serve does not know "---socket"'],
  [['--socket', `/${'ü'.repeat(54)}`], "the path of the socket is longer than 107 bytes, the kernel's limit"],
])('%j is refused', (argv, message) => {
  expect(() => parseServeFlags(argv)).toThrow(expect.objectContaining({ code: 'InvalidArgument', message }));
});
