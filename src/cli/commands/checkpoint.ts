import { RuntimeError } from '../../errors.ts';
import { checkpoint } from '../../runtime/checkpoint.ts';
import type { Invocation } from '../command.ts';
import { criuRequest } from '../criu.ts';
import { UsageError } from '../parse.ts';

export async function run(invocation: Invocation<'checkpoint'>): Promise<number> {
  const { context, values } = invocation;
  await checkpoint(context, {
    ...criuRequest(invocation),
    parentPath: values['parent-path'],
    leaveRunning: values['leave-running'],
    tcpSkipInFlight: values['tcp-skip-in-flight'],
    linkRemap: values['link-remap'],
    preDump: values['pre-dump'],
    statusFd: descriptor(values['status-fd']),
    pageServer: address(values['page-server']),
  });
  return 0;
}

/** Go's rules for a whole number; a negative one is none. */
function descriptor(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[+-]?\d{1,9}$/.test(text))
    throw new UsageError(`invalid value ${JSON.stringify(text)} for flag -status-fd: parse error`);
  return Number(text) < 0 ? undefined : Number(text);
}

/** `HOST:PORT`, an IPv6 address in brackets (Go's net.SplitHostPort). */
function address(text: string | undefined): { address: string; port: number } | undefined {
  if (!text) return undefined;
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(.+)$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (!host) throw new RuntimeError('InvalidArgument', 'Use --page-server ADDRESS:PORT to specify page server');
  if (!/^[+-]?\d{1,9}$/.test(port)) throw new RuntimeError('InvalidArgument', 'Invalid port number');
  return { address: host, port: Number(port) };
}
