// An ext4 file system in an image file, mounted through a loop device; the power can be cut by copying the image while it is mounted.
// What only the page cache of the mounted file system holds is not in the copy; the copy's journal is replayed when it is mounted.
// Promise: whatever happens, also on SIGINT, no mount and no loop device of ours stays.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const MEBIBYTES = 40;
// Without noauto_da_alloc ext4 itself flushes a file that is renamed over another, and would hide a forgotten fsync.
const MOUNT = 'noauto_da_alloc';

/** Disks that are mounted now. */
const mounted = new Set<LoopDisk>();

process.on('exit', () => {
  for (const disk of mounted) disk.unmount();
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

/** Why no image can be mounted here; undefined where it works. */
export function whyNoLoopMounts(): string | undefined {
  const scratch = mkdtempSync(join(tmpdir(), 'sd-loop-'));
  try {
    const disk = LoopDisk.make(join(scratch, 'try.img'));
    disk.mount(join(scratch, 'mnt'));
    disk.unmount();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

export class LoopDisk {
  readonly image: string;
  #device = '';
  #at = '';

  constructor(image: string) {
    this.image = image;
  }

  /** A new empty disk. */
  static make(image: string): LoopDisk {
    writeFileSync(image, '');
    truncateSync(image, MEBIBYTES * 1024 * 1024);
    execFileSync('mkfs.ext4', ['-q', '-F', image], { stdio: 'pipe' });
    return new LoopDisk(image);
  }

  /** Mounts it at a directory, which is made where it is not there. An unclean disk replays its journal. */
  mount(directory: string): void {
    mkdirSync(directory, { recursive: true });
    this.#device = execFileSync('losetup', ['--find', '--show', this.image], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
    mounted.add(this);
    execFileSync('mount', ['-t', 'ext4', '-o', MOUNT, this.#device, directory], { stdio: 'pipe' });
    this.#at = directory;
  }

  unmount(): void {
    if (this.#at !== '' && spawnSync('umount', [this.#at]).status !== 0) spawnSync('umount', ['-l', this.#at]);
    this.#at = '';
    if (this.#device !== '') spawnSync('losetup', ['-d', this.#device]);
    this.#device = '';
    mounted.delete(this);
  }

  /** What a power cut now would leave, as another disk; undefined where something was written meanwhile, so that the copy is torn. */
  cut(image: string): LoopDisk | undefined {
    const before = this.#written();
    execFileSync('cp', ['--sparse=always', this.image, image]);
    return before !== undefined && before === this.#written() ? new LoopDisk(image) : undefined;
  }

  /** Complaints of e2fsck, which changes nothing; '' for a clean disk. It must not be mounted. */
  check(): string {
    const { status, stdout, stderr } = spawnSync('e2fsck', ['-f', '-n', this.image], { encoding: 'utf8' });
    return status === 0 ? '' : `${stdout}${stderr}`;
  }

  remove(): void {
    this.unmount();
    if (existsSync(this.image)) rmSync(this.image);
  }

  /** A mark that changes with each write to the device; undefined while one is under way. */
  #written(): string | undefined {
    const fields = readFileSync(`/sys/block/${basename(this.#device)}/stat`, 'utf8')
      .trim()
      .split(/\s+/);
    return fields[8] === '0' ? `${fields[4]} ${fields[6]}` : undefined;
  }
}
