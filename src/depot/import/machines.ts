// Which machines a package of another system is for: its architecture's word → SD's os_name and machine_type (`uname -s`, `uname -m`).
// A word that is not known stands for itself: the package fits a machine of that name, and no other.

/** Debian's and rpm's words for what `uname -m` calls otherwise; `|` parts patterns. */
const MACHINES: Readonly<Record<string, string>> = {
  all: '*',
  noarch: '*',
  amd64: 'x86_64',
  x86_64: 'x86_64',
  x32: 'x86_64',
  i386: 'i?86|x86_64',
  i486: 'i?86|x86_64',
  i586: 'i?86|x86_64',
  i686: 'i?86|x86_64',
  arm64: 'aarch64',
  aarch64: 'aarch64',
  armel: 'arm*|aarch64',
  armhf: 'armv7*|armv8*|aarch64',
  armv7hl: 'armv7*|armv8*|aarch64',
  loong64: 'loongarch64',
  mips64el: 'mips64',
  mipsel: 'mips*',
  ppc64el: 'ppc64le',
  ppc64le: 'ppc64le',
};

/** os_name and machine_type of Linux software for this architecture. */
export function machineAttributes(architecture: string): { os_name: string; machine_type: string } {
  const known = Object.hasOwn(MACHINES, architecture) ? MACHINES[architecture]! : architecture;
  return { os_name: 'Linux', machine_type: known === '' ? '*' : known };
}
