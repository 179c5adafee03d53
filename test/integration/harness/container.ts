/** Containers as a caller of the command line sees them. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Bundle } from './bundle.ts';
import type { Caller } from './caller.ts';
import type { Result } from './machine.ts';

export interface State {
  readonly ociVersion: string;
  readonly id: string;
  readonly pid: number;
  readonly status: string;
  readonly bundle: string;
  readonly rootfs: string;
  readonly created: string;
  readonly annotations?: Record<string, string>;
}

/** A container that was created. */
export class Container {
  readonly id: string;
  readonly bundle: Bundle;
  readonly pid: number;
  readonly #caller: Caller;
  readonly #files: () => Pick<Result, 'stdout' | 'stderr'>;

  constructor(caller: Caller, id: string, bundle: Bundle, files: () => Pick<Result, 'stdout' | 'stderr'>) {
    this.#caller = caller;
    this.id = id;
    this.bundle = bundle;
    this.#files = files;
    this.pid = Number(readFileSync(`${bundle.outside.path}/pid`, 'utf8'));
  }

  /** What its process has written so far. */
  get stdout(): string {
    return this.#files().stdout;
  }

  get stderr(): string {
    return this.#files().stderr;
  }

  start(): Promise<Result> {
    return this.#caller.runtime(['start', this.id]);
  }

  kill(...signal: string[]): Promise<Result> {
    return this.#caller.runtime(['kill', this.id, ...signal]);
  }

  delete(...flags: string[]): Promise<Result> {
    return this.#caller.runtime(['delete', ...flags, this.id]);
  }

  async state(): Promise<State> {
    const { code, stdout, stderr } = await this.#caller.runtime(['state', this.id]);
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout) as State;
  }

  /** Waits until `state` says so. */
  async reaches(status: string): Promise<void> {
    await expect.poll(async () => (await this.state()).status, { timeout: 10_000 }).toBe(status);
  }

  /** Waits until the process has written this. */
  async says(text: string): Promise<void> {
    await expect.poll(() => this.stdout, { timeout: 10_000 }).toContain(text);
  }
}
