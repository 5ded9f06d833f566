// What can be done in the software selection window: its menus, for each verb, with the keys that do the same.

import type { Menu, MenuItem } from './menu.ts';

export type Wish =
  | 'menu'
  | 'help'
  | 'open'
  | 'close'
  | 'mark'
  | 'unmark'
  | 'match'
  | 'add_group'
  | 'save_group'
  | 'patches'
  | 'source'
  | 'target'
  | 'describe'
  | 'analyse'
  | 'search'
  | 'again'
  | 'print'
  | 'clear_session'
  | 'load_session'
  | 'recall_session'
  | 'save_session'
  | 'save_session_as'
  | 'log'
  | 'columns'
  | 'filter'
  | 'sort'
  | 'view'
  | 'save_view'
  | 'options'
  | 'save_patches'
  | 'refresh'
  | 'exit';

export interface Verb {
  readonly name: 'install' | 'copy' | 'remove' | 'list';
  /** Of the window. */
  readonly title: string;
  /** Keys that matter most, for the last line. */
  readonly hints: string;
}

const CHOOSE = 'Return open  Space mark  d describe';

export const VERBS: Readonly<Record<Verb['name'], Verb>> = {
  install: { name: 'install', title: 'Software Selection', hints: `${CHOOSE}  p patches  a analyse  q quit` },
  copy: { name: 'copy', title: 'Software Selection', hints: `${CHOOSE}  p patches  a analyse  q quit` },
  remove: { name: 'remove', title: 'Software Selection', hints: `${CHOOSE}  a analyse  q quit` },
  list: { name: 'list', title: 'Software', hints: 'Return open  Backspace close  d describe  / search  q quit' },
};

const DOES = { install: 'Install', copy: 'Copy', remove: 'Remove', list: '' } as const;

function item(label: string, key: string, wish: Wish): MenuItem<Wish> {
  return { label, key, wish };
}

const SESSIONS = [
  item('Clear Session', '', 'clear_session'),
  item('Load Session...', '', 'load_session'),
  item('Recall Last Session', '', 'recall_session'),
  item('Save Session', '', 'save_session'),
  item('Save Session As...', '', 'save_session_as'),
];

/** Menus of a verb, as SD has them. */
export function menusOf({ name }: Verb): readonly Menu<Wish>[] {
  const does = DOES[name];
  const choosing = name !== 'list';
  const loading = name === 'install' || name === 'copy';
  return [
    {
      title: 'File',
      items: [
        item('Search...', '/', 'search'),
        item('Search Again', 'n', 'again'),
        item('Print...', 'P', 'print'),
        ...(choosing ? SESSIONS : []),
        item('Show Log File', 'l', 'log'),
        item('Exit', 'q', 'exit'),
      ],
    },
    {
      title: 'View',
      items: [
        item('Columns...', 'c', 'columns'),
        item('Filter...', 'f', 'filter'),
        item('Sort...', 's', 'sort'),
        item('Change Software View...', 'v', 'view'),
        item('Save View as Default', '', 'save_view'),
      ],
    },
    {
      title: 'Options',
      items: [
        ...(choosing ? [item('Change Options...', 'o', 'options')] : []),
        ...(name === 'install' ? [item('Save Patch Files for Rollback', '', 'save_patches')] : []),
        item('Refresh List', 'r', 'refresh'),
      ],
    },
    {
      title: 'Actions',
      items: [
        item('Open Item', '', 'open'),
        item('Close Level', '', 'close'),
        ...(choosing ? [item(`Mark For ${does}`, 'm', 'mark'), item('Unmark', 'u', 'unmark')] : []),
        ...(name === 'install' ? [item('Match What Target Has', 't', 'match')] : []),
        ...(choosing
          ? [item('Add Software Group...', '', 'add_group'), item('Save Software Group...', '', 'save_group')]
          : []),
        ...(loading ? [item('Manage Patch Selection...', 'p', 'patches')] : []),
        ...(name === 'remove' ? [] : [item(choosing ? 'Change Source...' : 'Look at a Depot...', 'S', 'source')]),
        item(choosing ? 'Change Target...' : 'Look at a Root...', 'T', 'target'),
        item('Show Description Of Software', 'd', 'describe'),
        ...(choosing ? [item(`${does} (analysis)...`, 'a', 'analyse')] : []),
      ],
    },
    { title: 'Help', items: [item('Keyboard', '?', 'help')] },
  ];
}

/** Keyboard help of a verb. */
export function keysOf(verb: Verb): (readonly [string, string])[] {
  const items = menusOf(verb).flatMap((menu) => menu.items);
  return [
    ['arrows', 'Move; PageUp, PageDown, Home, End too'],
    ['Return', 'Open what the cursor is on'],
    ['Backspace', 'Close it again (Left does too)'],
    ...(verb.name === 'list' ? [] : [['Space', 'Mark, or unmark what is marked'] as const]),
    ['Tab F10', 'Menus'],
    ...items.filter((each) => each.key !== '' && each.key !== '?').map((each) => [each.key, each.label] as const),
  ];
}
