#! /bin/sh
sed -i 's/on Sunday/on Saturday/' "${SW_ROOT_DIRECTORY%/}/etc/motd"
