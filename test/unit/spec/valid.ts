import { parse } from '../../../src/spec/parse.ts';
import type { NamespaceType, Spec } from '../../../src/spec/types.ts';
import { type Context, validate } from '../../../src/spec/validate.ts';

/** A small valid configuration with these namespaces; each call makes a new one. */
export function validSpec(...namespaces: NamespaceType[]): Spec & { process: NonNullable<Spec['process']> } {
  return {
    ociVersion: '1.3.0',
    root: { path: 'rootfs' },
    process: { args: ['sh'], cwd: '/' },
    linux: { namespaces: namespaces.map((type) => ({ type })) },
  };
}

/** Validates `base` with members replaced; `at` is a path such as `linux.namespaces` or `mounts.0.type`. */
export function validateWith(base: Spec, at: string, value: unknown, context?: Context): ReturnType<typeof validate> {
  const steps = at.split('.');
  const last = steps.pop() as string;
  let target = base as unknown as Record<string, unknown>;
  for (const step of steps) {
    target[step] ??= {};
    target = target[step] as Record<string, unknown>;
  }
  target[last] = value;
  return validate(base, context);
}

/** `path: message` of each issue. */
export function issuesOf(verdict: { readonly issues: readonly { path: string; message: string }[] }): string[] {
  return verdict.issues.map(({ path, message }) => `${path}: ${message}`);
}

/** `path: message` of each warning. */
export function warningsOf(verdict: { readonly warnings: readonly { path: string; message: string }[] }): string[] {
  return verdict.warnings.map(({ path, message }) => `${path}: ${message}`);
}

/** The issues of a text. */
export function issuesOfText(text: string): string[] {
  return issuesOf(validate(parse(text)));
}
