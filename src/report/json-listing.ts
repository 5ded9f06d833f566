// The document `swdist.listing`, written as it comes: objects leave while later targets are not even opened.

import type { Finding } from '../model/plan.ts';
import { findingData, head } from './json.ts';
import { print } from './terminal.ts';

/** So many objects go out together. */
const BATCH = 500;

export class ListingDocument {
  private targets = 0;

  constructor(host: string) {
    const { document, version } = head('listing');
    const fields = { document, version, host };
    print('stdout', [`${JSON.stringify(fields).slice(0, -1)},"targets":[`]);
  }

  /** `objects` is absent when nothing could be listed. */
  target(path: string, kind: string, objects: Iterable<object> | undefined, findings: readonly Finding[]): void {
    const start = this.targets > 0 ? ',' : '';
    this.targets += 1;
    print('stdout', [`${start}{"target":${JSON.stringify(path)},"kind":${JSON.stringify(kind)},"objects":[`]);
    let lines: string[] = [];
    let before = '';
    for (const object of objects ?? []) {
      lines.push(before + JSON.stringify(object));
      before = ',';
      if (lines.length < BATCH) continue;
      print('stdout', lines);
      lines = [];
    }
    print('stdout', [
      ...lines,
      `],"listed":${objects !== undefined},"findings":${JSON.stringify(findings.map(findingData))}}`,
    ]);
  }

  end(exitCode: number): void {
    print('stdout', [`],"exit_code":${exitCode}}`]);
  }
}
