import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../src/plan/operations.ts';
import { plan } from '../../../src/plan/order.ts';
import { contextOption } from '../../../src/plan/selinux.ts';
import { defaultSpec } from '../../../src/spec/defaults.ts';
import type { Spec } from '../../../src/spec/types.ts';
import { HOST, REQUEST } from './request.ts';

const host = { ...HOST, selinux: true };
const PROCESS_LABEL = 'system_u:system_r:container_t:s0:c1,c2';
const FILE_LABEL = 'system_u:object_r:container_file_t:s0:c1,c2';
const base = defaultSpec({ cgroupNamespace: true });
const spec: Spec = { ...base, linux: { ...base.linux, mountLabel: FILE_LABEL } };
if (base.process) spec.process = { ...base.process, selinuxLabel: PROCESS_LABEL };

const labels = (operations: readonly Operation[]) =>
  operations.flatMap((one) =>
    one.op === 'label' ? [`${one.file}=${one.value}`] : one.op === 'keyring' ? [one.name] : [],
  );

describe('with SELinux', () => {
  const { operations, warnings } = plan(spec, host, REQUEST);

  test('file systems that take it have the label, the others have none', () => {
    const labelled = operations.flatMap((one) =>
      one.op === 'mount' && one.options.includes(`context=${FILE_LABEL}`) ? [one.destination] : [],
    );
    expect(labelled).toEqual(['/dev', '/dev/pts', '/dev/shm']);
    expect(JSON.stringify(operations).split(FILE_LABEL)).toHaveLength(4);
  });

  test('the keyring is labelled like the process, and nothing that comes after it', () => {
    const keys = [`attr/keycreate=${PROCESS_LABEL}`, '_ses.box', 'attr/keycreate=\n'];
    expect(labels(operations)).toEqual([...keys, `attr/exec=${PROCESS_LABEL}`]);
    const kinds = operations.map((one) => one.op);
    expect(kinds.indexOf('procfs')).toBeLessThan(kinds.indexOf('label'));
    expect(warnings).toEqual([]);
  });

  test("crun's annotation chooses another option for the label", () => {
    const of = (word: string) =>
      contextOption({ ...spec, annotations: { 'run.oci.mount_context_type': word } }, host, 'tmpfs');
    expect(of('rootcontext')).toBe(`rootcontext=${FILE_LABEL}`);
    expect(() => of('size')).toThrow('invalid annotation run.oci.mount_context_type: "size" is none of context, ');
  });
});

test('without SELinux there are no labels, but a warning', () => {
  const { operations, warnings } = plan(spec, { ...host, selinux: false }, REQUEST);
  expect(labels(operations)).toEqual(['_ses.box']);
  expect(JSON.stringify(operations)).not.toContain(FILE_LABEL);
  expect(warnings).toEqual([`SELinux is not active on this host: ignoring the label ${PROCESS_LABEL}`]);
});
