#! /bin/sh
echo "A quiet start."
exit 3
