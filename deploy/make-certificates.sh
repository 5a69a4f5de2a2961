#!/usr/bin/env bash
# Makes what TLS between the nodes of a cluster needs: ca.crt, and tls.crt with tls.key signed by it.
#
#   deploy/make-certificates.sh FOLDER
#
# One certificate serves all nodes: a cluster asks who signed a certificate, not which name is in it. The authority's
# key is thrown away, so nobody can sign another one later; for a new certificate make a new pair for all nodes.

set -euo pipefail

if [ $# -ne 1 ]; then
  echo "usage: make-certificates.sh FOLDER" >&2
  exit 2
fi

folder=$1
if ! command -v openssl > /dev/null; then
  echo "make-certificates: openssl is not installed: install it, or bring certificates of your own" >&2
  exit 2
fi
for file in ca.crt tls.crt tls.key; do
  if [ -e "$folder/$file" ]; then
    echo "make-certificates: $folder/$file is there already: remove it first if nodes shall have a new one" >&2
    exit 2
  fi
done

umask 077
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=distributed authority" \
  -addext "keyUsage=critical,keyCertSign" -keyout "$work/ca.key" -out "$work/ca.crt" 2> "$work/log" ||
  { cat "$work/log" >&2; exit 1; }
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=distributed node" \
  -keyout "$work/tls.key" -out "$work/tls.csr" 2> "$work/log" || { cat "$work/log" >&2; exit 1; }
printf 'basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth,clientAuth\n' > "$work/extensions"
openssl x509 -req -in "$work/tls.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -set_serial "0x$(openssl rand -hex 8)" \
  -days 3650 -extfile "$work/extensions" -out "$work/tls.crt" 2> "$work/log" || { cat "$work/log" >&2; exit 1; }

mv "$work/ca.crt" "$work/tls.crt" "$work/tls.key" "$folder/"
echo "made ca.crt, tls.crt and tls.key in $folder; they end in ten years"
