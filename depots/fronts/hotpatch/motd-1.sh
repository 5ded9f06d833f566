#! /bin/sh
# SW_ROOT_DIRECTORY is / on the machine itself.
echo 'Maintenance on Sunday.' >> "${SW_ROOT_DIRECTORY%/}/etc/motd"
