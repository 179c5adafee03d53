import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectRequest, CreateTaskRequest } from '../../../src/proto/task.js';
import { Lifetime, visitorOf } from '../../../src/shim/lifetime.ts';

const call = { namespace: 'tests' };
const asking = (id: string) => ConnectRequest.encode({ id }).finish();
const visit = (id: string) => asking(visitorOf(id));
const creating = (id: string) => CreateTaskRequest.encode({ id, bundle: '/b', rootfs: [{ type: 'bind' }] }).finish();

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function begin() {
  const facts = { tasks: 0, ended: 0 };
  const life = new Lifetime(
    () => facts.tasks === 0,
    () => facts.ended++,
  );
  const answer = new Uint8Array([1]);
  const methods = life.watching({ Connect: () => answer, Create: () => answer, Wait: () => answer });
  const ask = (method: string, request: Uint8Array) => methods[method]?.(request, call);
  return { facts, life, ask, answer };
}

describe('a shim', () => {
  it('ends on Shutdown, once', () => {
    const { facts, life, ask, answer } = begin();
    expect(ask('Connect', asking('one'))).toBe(answer);
    expect(ask('Wait', visit('one'))).toBe(answer);
    life.leave();
    life.leave();
    expect(facts.ended).toBe(1);
  });

  it('waits for a task that was announced, but not for ever', () => {
    const { facts, life, ask } = begin();
    ask('Connect', visit('one'));
    vi.advanceTimersByTime(4000);
    life.leave();
    vi.advanceTimersByTime(900);
    expect(facts.ended).toBe(0);
    vi.advanceTimersByTime(200);
    expect(facts.ended).toBe(1);
  });

  it('ends at once when that task has come and gone', () => {
    const { facts, life, ask } = begin();
    ask('Connect', visit('one'));
    life.leave();
    ask('Create', creating('one'));
    life.leave();
    expect(facts.ended).toBe(1);
  });

  it('stays with a task that comes while it waits', () => {
    const { facts, life, ask } = begin();
    ask('Connect', visit('one'));
    life.leave();
    ask('Create', creating('one'));
    facts.tasks = 1;
    vi.advanceTimersByTime(20_000);
    expect(facts.ended).toBe(0);
    facts.tasks = 0;
    life.leave();
    expect(facts.ended).toBe(1);
  });

  it('waits for the last of several', () => {
    const { facts, life, ask } = begin();
    ask('Connect', visit('one'));
    vi.advanceTimersByTime(3000);
    ask('Connect', visit('two'));
    ask('Create', creating('three'));
    ask('Create', creating('one'));
    life.leave();
    vi.advanceTimersByTime(4900);
    expect(facts.ended).toBe(0);
    vi.advanceTimersByTime(200);
    expect(facts.ended).toBe(1);
  });

  it('that ends tells whoever comes then', () => {
    const { life, ask, answer } = begin();
    life.leave();
    expect(() => ask('Connect', visit('one'))).toThrow(expect.objectContaining({ code: 'Unavailable' }));
    expect(ask('Connect', asking('one'))).toBe(answer);
  });
});
