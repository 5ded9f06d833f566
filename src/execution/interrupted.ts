// Control scripts that a session which died had started (commands.md 6.1, 7; D4): nobody knows how far they came, and they are not run again.
//
//   configure, unconfigure       the fileset is, or becomes, installed: swconfig runs the script anew when it is told to
//   all others                   the fileset is corrupt: swinstall loads it again, swremove removes it
//   a product's script           the same for all its filesets
//   the fileset is not there     only a WARNING

import { text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { lookUp, type Placed } from '../model/patches.ts';
import type { Finding } from '../model/plan.ts';
import { runOf, runsOnce } from '../model/run-once.ts';
import { filesetKey, filesetName, tagOf } from '../model/software.ts';
import type { ScriptNote, Store } from '../store/store.ts';
import { filesetOp } from './patching.ts';

/** Puts the states right and forgets the notes; answers a WARNING for each. Throws what the store throws. */
export async function settleInterrupted(store: Store): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const note of store.interruptedScripts()) {
    const filesets = spoiltBy(store.catalog(), note.owner);
    if (filesets.some((each) => wasRecorded(each, note))) {
      await store.scriptEnded(note.owner, note.tag, 0);
      continue;
    }
    const state = /^(un)?configure$/.test(note.tag) ? 'installed' : 'corrupt';
    const spoilt = filesets.filter((each) => text(each.fileset.attributes, 'state') !== state);
    if (spoilt.length > 0) {
      const ops = spoilt.map((each) => filesetOp(each, { state }));
      await store.apply({ label: `interrupted ${note.tag}`, files: [], change: () => ops });
    }
    await store.scriptEnded(note.owner, note.tag, -1);
    findings.push(told(note, filesets, state));
  }
  return findings;
}

/** The session died between the record of a run and the end of its note: nothing was cut off. */
function wasRecorded({ fileset }: Placed, { tag, started }: ScriptNote): boolean {
  const { ended } = runOf(fileset);
  return tag === 'postinstall' && runsOnce(fileset) && Date.parse(ended) >= started;
}

function told(note: ScriptNote, filesets: readonly Placed[], state: string): Finding {
  const name = nameOf(note.owner, filesets);
  const when = new Date(note.started).toLocaleString('sv-SE');
  const cut = `The "${note.tag}" script for "${name}", started ${when}, was cut off when its session died.  It is not run again by itself.`;
  const then =
    filesets.length === 0
      ? 'The software is not installed; look at what the script may have left.'
      : filesets.some((each) => runsOnce(each.fileset))
        ? 'It counts as done: the software is in the state "corrupt", and is not installed again.'
        : state === 'installed'
          ? `The software is in the state "installed"; configure it with swconfig.`
          : `The software is in the state "corrupt"; load it again with swinstall, or remove it with swremove.`;
  return { severity: 'warning', code: 'script_interrupted', text: `${cut}  ${then}`, subjects: [name] };
}

function nameOf(owner: string, [first]: readonly Placed[]): string {
  if (!first) return owner.replace('/', '.');
  return owner.includes('/') ? filesetName(first.product, first.fileset) : tagOf(first.product);
}

/** The fileset, or all filesets of the product, that a note names. */
function spoiltBy(catalog: Catalog, owner: string): Placed[] {
  if (owner.includes('/')) return [lookUp(catalog, owner) ?? []].flat();
  const product = catalog.product(owner);
  return (product?.filesets ?? []).flatMap((each) => lookUp(catalog, filesetKey(owner, each.id)) ?? []);
}
