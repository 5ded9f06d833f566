#!/bin/sh
# Makes a small platform to try apply-patch(8) and platform-upgrade(8) on: a first box, three nodes, real .deb packages, a new installer
# package and two patches. Everything lies below DIRECTORY; nothing of this machine changes.
#
#   make-platform.sh DIRECTORY
#
#   box/            root of the first box: /pitrix with version.json, repo, conf, upgrade
#   nodes/web1      a webservice node          nodes/hyper1, hyper2   hyper nodes; hyper1 is the snapshot node too
#   new/            qingcloud-installer_4.4.5-20190710_amd64.tar.gz
#   packages/       what a patch of the repository brings
#
# Nodes are roots with a static busybox for a shell, a dpkg database of their own, and a stand-in for apt-get that fails where a file
# /broken lies. Needs: busybox-static, dpkg.
set -eu
top=${1:?usage: make-platform.sh DIRECTORY}
mkdir -p "$top"
top=$(cd "$top" && pwd)
busybox=$(command -v busybox)

deb() { # name version directory
  work=$top/.deb/$1
  mkdir -p "$work/DEBIAN" "$work/opt/$1" "$3"
  printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: Example <root@localhost>\nDescription: example\n' "$1" "$2" >"$work/DEBIAN/control"
  echo "$2" >"$work/opt/$1/version"
  printf '#!/bin/sh\necho "%s %s" >>/opt/configured\n' "$1" "$2" >"$work/DEBIAN/postinst"
  chmod 755 "$work/DEBIAN/postinst"
  dpkg-deb --root-owner-group -Znone -b "$work" "$3/$1_$2_all.deb" >/dev/null
}

node() { # name roles
  root=$top/nodes/$1
  mkdir -p "$root/bin" "$root/usr/bin" "$root/tmp" "$root/pitrix/conf" "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/triggers"
  cp "$busybox" "$root/bin/busybox"
  for each in sh cat cp echo ls mkdir mv rm sleep test touch true; do ln -sf busybox "$root/bin/$each"; done
  : >"$root/var/lib/dpkg/status"
  printf '#!/bin/sh\n[ ! -e /broken ] || { echo "apt-get: the index is broken" >&2; exit 100; }\n' >"$root/usr/bin/apt-get"
  chmod 755 "$root/usr/bin/apt-get"
  printf 'address=local:../nodes/%s\nroles=%s\nzone=pek1\n' "$1" "$2" >"$top/box/pitrix/conf/settings/$1"
  for package in pitrix-common $3; do
    dpkg --root="$root" --force-not-root --install "$top/box/pitrix/repo/indep/${package}_4.2.1_all.deb" >/dev/null
  done
}

pitrix=$top/box/pitrix
mkdir -p "$top/box/root" "$pitrix/conf/settings" "$pitrix/conf/variables" "$pitrix/conf/packages" "$pitrix/bin" "$pitrix/kernels" "$pitrix/upgrade"
cat >"$pitrix/version.json" <<'END'
{
    "current": {
        "installer": "4.2.1",
        "patch": "20190410",
        "qingcloud": "20190318",
        "upgrade": "20190318"
    },
    "old": []
}
END
echo 'old tool' >"$pitrix/bin/tool"
echo private >"$pitrix/conf/variables/cloud_type.pek1"
echo pitrix-common >"$pitrix/conf/packages/common"
echo pitrix-webservice >"$pitrix/conf/packages/webservice"
echo pitrix-hyper >"$pitrix/conf/packages/hyper"
: >"$pitrix/conf/packages/hyper-boss"
# Stands for supervisorctl: what it would print.
printf 'apache2 RUNNING pid 11, uptime 1 day\nnode_proxy RUNNING pid 12, uptime 1 day\n' >"$pitrix/services"
echo "services=cat pitrix/services" >"$pitrix/conf/gated.conf"

for name in pitrix-common pitrix-webservice pitrix-hyper; do deb "$name" 4.2.1 "$pitrix/repo/indep"; done
node web1 webservice pitrix-webservice
node hyper1 'hyper snapshot' pitrix-hyper
node hyper2 hyper pitrix-hyper

new=$top/.new/qingcloud-installer
mkdir -p "$new/kernels" "$new/pitrix/bin" "$new/upgrades/20190318" "$new/upgrades/20190520" "$new/upgrades/20190801" "$new/upgrades/changelog"
echo 'kernel' >"$new/kernels/vmlinuz"
echo 'new tool' >"$new/pitrix/bin/tool"
sed 's/4.2.1/4.4.5/; s/20190410/20190710/; s/20190318/20190710/' "$pitrix/version.json" >"$new/version.json"
for number in 20190318 20190520 20190801; do
  for phase in pre post; do
    printf '#!/bin/sh\necho "%s %s" >>"$SW_ROOT_DIRECTORY/pitrix/upgrade/ran"\n' "$phase" "$number" >"$new/upgrades/$number/${phase}_upgrade.sh"
    chmod 755 "$new/upgrades/$number/${phase}_upgrade.sh"
  done
done
echo 'Restart the monitor by hand.' >"$new/upgrades/20190520/README"
for name in pitrix-common pitrix-webservice pitrix-hyper; do deb "$name" 4.4.5 "$new/repo/indep"; done
mkdir -p "$top/new" "$top/packages"
tar -C "$top/.new" -czf "$top/new/qingcloud-installer_4.4.5-20190710_amd64.tar.gz" qingcloud-installer
deb pitrix-hyper 4.2.2 "$top/packages"
rm -rf "$top/.new" "$top/.deb"
