/**
 * Network devices of the host in the network namespace of a container (spec: config-linux.md, Network devices; runc: network_linux.go).
 * The kernel keeps name, MTU and hardware address; addresses and the state it takes away, so they are given again.
 */

import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import type { NetDevice } from '../spec/types.ts';
import {
  ADDRESS,
  type Address,
  type Attribute,
  addressesMessage,
  addressMessage,
  LINK,
  type Link,
  linkMessage,
  MESSAGE,
  numberAttribute,
  readAddresses,
  readLinks,
  readNumber,
  textAttribute,
} from './rtnetlink.ts';

const OURS = -1;
const O_RDONLY = 0;
/** IFF_UP, IFF_LOOPBACK. */
const UP = 1;
const LOOPBACK = 8;
/** RT_SCOPE_UNIVERSE. */
const GLOBAL = 0;
/** IFA_F_PERMANENT; then NODAD, HOMEADDRESS, MANAGETEMPADDR, NOPREFIXROUTE, MCAUTOJOIN: the others are states of the kernel's. */
const PERMANENT = 0x80;
const KEPT_FLAGS = [0x02, 0x10, 0x100, 0x200, 0x400];
const KEPT: readonly number[] = [ADDRESS.address, ADDRESS.local, ADDRESS.broadcast, ADDRESS.priority];

/** A device as it was. */
interface Device {
  readonly name: string;
  readonly link: Link;
  readonly addresses: readonly Address[];
}

/** The devices that a birth has moved. One of `putBack` and `keep` must be called. */
export class MovedDevices {
  private readonly there: number;
  private readonly here: number;
  private readonly moved: { readonly device: Device; readonly name: string }[] = [];

  /** @param pid a process in the network namespace of the container */
  constructor(pid: number) {
    this.there = native.open(`/proc/${pid}/ns/net`, O_RDONLY);
    this.here = native.open('/proc/self/ns/net', O_RDONLY);
  }

  /** @throws RuntimeError with runc's words at the first that cannot be moved */
  move(devices: Readonly<Record<string, NetDevice>>): void {
    for (const [name, { name: wanted }] of Object.entries(devices)) {
      try {
        const device = look(name);
        const inside = wanted || name;
        native.netlink(OURS, change(device.link.index, 0, []));
        // Before it is done: from here on there is something to put back.
        this.moved.push({ device, name: inside });
        transfer(OURS, device, inside, this.there);
        furnish(this.there, inside, device.addresses, true);
      } catch (error) {
        throw failure(name, error);
      }
    }
  }

  /** The birth failed: every device comes back as it was. @throws the first failure, when all have been tried */
  putBack(): void {
    const failures: unknown[] = [];
    for (const { device, name } of this.moved.reverse()) {
      try {
        // Not there yet when it was the move that failed.
        const link = find(this.there, name);
        if (link) transfer(this.there, { ...device, link }, device.name, this.here);
        furnish(OURS, device.name, device.addresses, device.link.flags % 2 === UP);
      } catch (error) {
        failures.push(error);
      }
    }
    this.keep();
    if (failures.length > 0) throw failures[0];
  }

  /** The birth succeeded. */
  keep(): void {
    native.close(this.there);
    native.close(this.here);
  }
}

function look(name: string): Device {
  const link = find(OURS, name);
  if (!link)
    throw new RuntimeError('NotFound', `link not found for interface ${name} on runtime namespace: Link not found`);
  // The kernel does not move it, but would take it down before it said so.
  if (includes(link.flags, LOOPBACK))
    throw new RuntimeError('InvalidArgument', 'the loopback device belongs to its network namespace');
  // Before it goes down, which takes IPv6 addresses away.
  const addresses: Address[] = [];
  for (const address of readAddresses(native.netlink(OURS, addressesMessage())))
    if (address.index === link.index && isLasting(address)) addresses.push(address);
  return { name, link, addresses };
}

function find(namespace: number, name: string): Link | undefined {
  const request = linkMessage(MESSAGE.getLink, { index: 0, flags: 0, mask: 0 }, [textAttribute(LINK.name, name)]);
  try {
    return readLinks(native.netlink(namespace, request))[0];
  } catch (error) {
    if (isSystemError(error, 'ENODEV')) return undefined;
    throw error;
  }
}

/** Set by somebody, for good, and good anywhere: others mean something in the old namespace only (as in runc). */
function isLasting(address: Address): boolean {
  return address.scope === GLOBAL && includes(flagsOf(address), PERMANENT);
}

function flagsOf({ attributes }: Address): number {
  for (const attribute of attributes) if (attribute.type === ADDRESS.flags) return readNumber(attribute);
  return 0;
}

function change(index: number, flags: number, attributes: readonly Attribute[]): Uint8Array {
  return linkMessage(MESSAGE.newLink, { index, flags, mask: UP }, attributes);
}

/** Moves and renames in one step: the name may be taken in the namespace that it leaves, and must be free in the new one. */
function transfer(from: number, { link }: Device, name: string, to: number): void {
  native.netlink(from, change(link.index, 0, [textAttribute(LINK.name, name), numberAttribute(LINK.namespace, to)]));
}

/** Its addresses, then up. The index may have changed on the way. */
function furnish(namespace: number, name: string, addresses: readonly Address[], up: boolean): void {
  const link = find(namespace, name);
  if (!link) throw new RuntimeError('NotFound', `link not found for interface ${name} on namespace`);
  for (const address of addresses) {
    const attributes = address.attributes.filter(({ type }) => KEPT.includes(type));
    attributes.push(numberAttribute(ADDRESS.flags, keptFlags(address)));
    native.netlink(namespace, addressMessage({ ...address, index: link.index, attributes }));
  }
  if (up) native.netlink(namespace, change(link.index, UP, []));
}

function keptFlags(address: Address): number {
  const flags = flagsOf(address);
  let kept = 0;
  for (const flag of KEPT_FLAGS) if (includes(flags, flag)) kept += flag;
  return kept;
}

function includes(flags: number, flag: number): boolean {
  return Math.floor(flags / flag) % 2 === 1;
}

function failure(name: string, error: unknown): unknown {
  if (!isSystemError(error) && !(error instanceof RuntimeError)) return error;
  const detail = isSystemError(error) ? { syscall: error.syscall, errno: error.code } : {};
  const words = `move netDevice ${name} to the network namespace of the container: ${error.message}`;
  return new RuntimeError('FailedPrecondition', words, { stage: 'network devices', ...detail }, error);
}
