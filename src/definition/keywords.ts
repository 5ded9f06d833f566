// The words of SD's text language: every known keyword of every class of object, in the order INDEX prints them (formats.md 4-7, 10, 11).
// Promise: one table for reading, checking and printing. A keyword that is not here is vendor-defined: kept, never refused.
// Must not: look at values (value.ts) or at how objects nest (psf.ts, index.ts).

export type ObjectClass =
  | 'distribution'
  | 'root'
  | 'media'
  | 'vendor'
  | 'category'
  | 'bundle'
  | 'product'
  | 'subproduct'
  | 'fileset'
  | 'control_file'
  | 'file';

/** Types of formats.md 1. `tags` and `specs` are lists; `word` is an enumeration or an id that the tools write. */
type ValueType =
  | 'tag'
  | 'one_line'
  | 'multi_line'
  | 'revision'
  | 'boolean'
  | 'path'
  | 'uname'
  | 'integer'
  | 'octal'
  | 'word'
  | 'tags'
  | 'specs';

export interface Keyword {
  readonly name: string;
  readonly type: ValueType;
  /** Most bytes of one value (of one element in a list). */
  readonly bytes: number;
  /** The value is an array of strings. */
  readonly list: boolean;
  /** How INDEX prints a list: all values on one line with a blank behind the last, or one line a value. */
  readonly oneLine: boolean;
  /** The tools write it; a PSF has no say. */
  readonly made: boolean;
}

// Rows read `name:type/bytes`; `!` behind marks what the tools make, `-` a list printed on one line. Order is the printing order,
// which for product follows a real product INDEX (formats.md 10). Bytes are left out where the type's own maximum holds.
const UNAME = 'architecture:one_line/64 machine_type:uname os_name:uname os_release:uname os_version:uname';
const HEAD =
  'tag:tag data_model_revision:revision! instance_id:integer! control_directory:word! size:integer! revision:revision ' +
  'title:one_line description:multi_line';
const INSTALLED = 'install_date:word! ';
const TOP =
  `${INSTALLED}${UNAME} install_source:one_line! install_type:word! vendor_tag:tag directory:path ` +
  'all_subproducts:tags-! all_filesets:tags-! is_locatable:boolean location:path! category_tag:tags category_title:one_line ' +
  'is_patch:boolean number:one_line/64 copyright:multi_line postkernel:path/255 share_link:one_line qualifier:one_line! ' +
  'layout_version:revision readme:multi_line/1048576 create_date:one_line! mod_date:one_line! software_spec:one_line!';

const TABLE: Readonly<Record<ObjectClass, string>> = {
  distribution:
    'layout_version:revision data_model_revision:revision! uuid:one_line! tag:tag title:one_line description:multi_line ' +
    'copyright:multi_line number:one_line/64 mod_time:integer! create_time:integer! mod_date:one_line! path_max:integer! ' +
    'name_max:integer! dfiles:word! pfiles:word!',
  root:
    'layout_version:revision data_model_revision:revision! uuid:one_line! tag:tag title:one_line description:multi_line ' +
    'path:path root_type:word mod_time:integer! create_time:integer! mod_date:one_line! dfiles:word! pfiles:word! ifiles:word!',
  media: 'sequence_number:integer!',
  vendor: 'tag:tag title:one_line description:multi_line',
  category: 'tag:tag title:one_line description:multi_line revision:revision',
  bundle: `${HEAD} mod_time:integer! create_time:integer! contents:specs- ${TOP}`,
  product: `${HEAD} mod_time:integer! create_time:integer! ${TOP}`,
  subproduct: 'tag:tag title:one_line description:multi_line contents:tags- category_tag:tags is_patch:boolean',
  fileset:
    `${HEAD} mod_time:integer! create_time:integer! ${INSTALLED}install_source:one_line! state:word! ${UNAME} ` +
    'ancestor:specs corequisites:specs prerequisites:specs exrequisites:specs supersedes:specs superseded_by:specs! ' +
    'applied_patches:specs! applied_to:specs! patch_state:word! category_tag:tags is_kernel:boolean is_reboot:boolean ' +
    'is_locatable:boolean is_patch:boolean is_sparse:boolean dynamic_module:one_line location:path! is_secure:boolean! ' +
    'is_packaged_in_place:boolean! run_once:boolean run_id:one_line tombstone:boolean run_began:one_line! run_ended:one_line! run_exit:integer! ' +
    'pose_as_os_name:one_line! pose_as_os_release:one_line! media_sequence_number:integer! ' +
    'create_date:one_line! mod_date:one_line! software_spec:one_line!',
  control_file:
    'path:path size:integer! mode:octal mtime:integer! tag:tag cksum:integer! interpreter:path result:word! source:path filename:path',
  file:
    'path:path type:word size:integer! cksum:integer! sha256:word! mode:octal uid:integer owner:word gid:integer group:word ' +
    'mtime:integer! link_source:path archive_path:path is_volatile:boolean revision:revision major:integer minor:integer ' +
    'compression_state:word! compression_type:word! compressed_size:integer! compressed_cksum:integer! source:path source_path:path ' +
    'umask:octal',
};

const MAX_BYTES: Readonly<Record<ValueType, number>> = {
  tag: 64,
  one_line: 256,
  multi_line: 8192,
  revision: 64,
  boolean: 8,
  path: 1024,
  uname: 64,
  integer: 20,
  octal: 8,
  word: 256,
  tags: 64,
  specs: 8192,
};

/** Other spellings: the singular of layout 0.8 and its names for things that 1.0 renamed (formats.md 5, 8). */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['prerequisite', 'prerequisites'],
  ['corequisite', 'corequisites'],
  ['exrequisite', 'exrequisites'],
  ['category', 'category_tag'],
  ['timestamp', 'mod_time'],
]);

const keywords = new Map<ObjectClass, ReadonlyMap<string, Keyword>>(
  Object.entries(TABLE).map(([object, row]) => [object as ObjectClass, readRow(row)]),
);

/** Keyword → object class it opens. `depot` is HP's word for `distribution`, `installed_software` POSIX's for `root`. */
export const OBJECT_KEYWORDS: ReadonlyMap<string, ObjectClass> = new Map<string, ObjectClass>([
  ['distribution', 'distribution'],
  ['depot', 'distribution'],
  ['root', 'root'],
  ['installed_software', 'root'],
  ['media', 'media'],
  ['vendor', 'vendor'],
  ['category', 'category'],
  ['bundle', 'bundle'],
  ['product', 'product'],
  ['subproduct', 'subproduct'],
  ['fileset', 'fileset'],
]);

/** Scripts SD runs by itself or by a user's wish, and the data file `space` (formats.md 6). */
export const CONTROL_SCRIPTS: ReadonlySet<string> = new Set([
  ...['checkinstall', 'preinstall', 'postinstall', 'unpreinstall', 'unpostinstall', 'configure', 'unconfigure'],
  ...['verify', 'fix', 'checkremove', 'preremove', 'postremove', 'request', 'space'],
]);

/** Lines of a PSF that are neither object nor attribute (formats.md 6, 7). */
export const FILE_DIRECTIVES: ReadonlySet<string> = new Set([
  ...['file', 'directory', 'file_permissions', 'exclude', 'include', 'control_file'],
]);

const everyWord = new Set<string>([
  'end',
  ...OBJECT_KEYWORDS.keys(),
  ...CONTROL_SCRIPTS,
  ...FILE_DIRECTIVES,
  ...SYNONYMS.keys(),
]);
for (const table of keywords.values()) for (const name of table.keys()) everyWord.add(name);

/** The keyword of this class by any of its spellings; undefined for a vendor-defined one. */
export function keywordOf(object: ObjectClass, spelling: string): Keyword | undefined {
  const table = keywords.get(object)!;
  return table.get(spelling) ?? table.get(SYNONYMS.get(spelling) ?? '');
}

/** Known keywords of a class in the order INDEX and INFO print them. */
export function keywordsOf(object: ObjectClass): Iterable<Keyword> {
  return keywords.get(object)!.values();
}

/** True for any word of the language, whatever its class: it ends a list that runs over several lines (formats.md 2.6). */
export function isLanguageWord(word: string): boolean {
  return everyWord.has(word);
}

/** The known word nearest to a misspelt one, at most two edits away and two letters alike; undefined when nothing is. */
export function nearestWord(object: ObjectClass, spelling: string): string | undefined {
  const candidates = [
    ...keywords.get(object)!.keys(),
    ...CONTROL_SCRIPTS,
    ...FILE_DIRECTIVES,
    ...OBJECT_KEYWORDS.keys(),
  ];
  let best: { word: string; edits: number } | undefined;
  for (const word of candidates) {
    if (Math.abs(word.length - spelling.length) > 2) continue;
    const edits = editDistance(word, spelling);
    const most = Math.min(word.length, spelling.length) - 2;
    if (edits <= Math.min(2, most) && edits < (best?.edits ?? 3)) best = { word, edits };
  }
  return best?.word;
}

/** Edits by Damerau: insert, delete, replace a character, or swap two neighbours ("titel"). */
function editDistance(left: string, right: string): number {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= left.length; i++) {
    const row = [i];
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1];
      let edits = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) {
        edits = Math.min(edits, rows[i - 2]![j - 2]! + 1);
      }
      row.push(edits);
    }
    rows.push(row);
  }
  return rows[left.length]![right.length]!;
}

function readRow(row: string): ReadonlyMap<string, Keyword> {
  return new Map(
    row.split(/\s+/).map((entry) => {
      const [, name, type, bytes, marks] = /^(\w+):([a-z_]+)(?:\/(\d+))?([-!]*)$/.exec(entry)! as unknown as string[];
      const valueType = type as ValueType;
      const keyword: Keyword = {
        name: name!,
        type: valueType,
        bytes: bytes === undefined ? MAX_BYTES[valueType] : Number(bytes),
        list: valueType === 'tags' || valueType === 'specs',
        oneLine: marks!.includes('-'),
        made: marks!.includes('!'),
      };
      return [keyword.name, keyword];
    }),
  );
}
