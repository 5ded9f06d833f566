// The document `swdist.listing`, written as it comes: objects leave before the next are made, and no faster than they are read.

import type { Finding } from '../model/plan.ts';
import { findingData, head } from './json.ts';
import { isRead, print } from './terminal.ts';

/** So many objects go out together. */
const BATCH = 500;

export class ListingDocument {
  private targets = 0;

  constructor(host: string) {
    const { document, version } = head('listing');
    const fields = { document, version, host };
    print('stdout', [`${JSON.stringify(fields).slice(0, -1)},"targets":[`]);
  }

  /** Begins a target with its objects; `ended` is called next. When nobody reads any more, no more objects are asked for. */
  target(path: string, kind: string, objects: Iterable<object>): void {
    const start = this.targets > 0 ? ',' : '';
    this.targets += 1;
    let lines = [`${start}{"target":${JSON.stringify(path)},"kind":${JSON.stringify(kind)},"objects":[`];
    let before = '';
    for (const object of objects) {
      lines.push(before + JSON.stringify(object));
      before = ',';
      if (lines.length < BATCH) continue;
      print('stdout', lines);
      if (!isRead('stdout')) return;
      lines = [];
    }
    print('stdout', lines);
  }

  /** Ends a target; `listed` is false when nothing could be listed, or not all of it. */
  ended(listed: boolean, findings: readonly Finding[]): void {
    print('stdout', [`],"listed":${listed},"findings":${JSON.stringify(findings.map(findingData))}}`]);
  }

  end(exitCode: number): void {
    print('stdout', [`],"exit_code":${exitCode}}`]);
  }
}
