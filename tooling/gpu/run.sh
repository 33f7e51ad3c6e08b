#!/usr/bin/env bash
# Checks and times the packages on the GPU of this machine: from a checkout, or from a pack that pack.sh made.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

# A pack: Node and the Dawn addon come compressed, and nothing is installed.
run_packed() {
  cd "$here"
  local addon=program/node_modules/webgpu/dist/linux-x64/dawn.node
  unpack node.xz node
  unpack "$addon.xz" "$addon"
  chmod +x node
  if [[ -d debs ]] && ! ldconfig -p | grep -q 'libvulkan\.so\.1'; then
    for deb in debs/*.deb; do dpkg -x "$deb" loader; done
    export LD_LIBRARY_PATH="$here/loader/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  fi
  # Where containers put the driver without telling the loader.
  local driver=/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json
  if [[ -z ${VK_DRIVER_FILES-} && -z ${VK_ICD_FILENAMES-} && -e $driver ]]; then export VK_DRIVER_FILES=$driver; fi
  if [[ ${1-} == writer ]]; then
    shift
    [[ -e texts.tar.xz ]] || { echo 'gpu: this pack was made without --writer' >&2; exit 2; }
    unpack texts.tar.xz texts.tar
    tar -C program/node_modules -xf texts.tar
    exec ./node program/writer.mjs "$@"
  fi
  exec ./node program/gpu.mjs --out results "$@"
}

unpack() {
  [[ -e $2 ]] && return
  if command -v xz >/dev/null; then xz -dc "$1" >"$2"
  elif command -v python3 >/dev/null; then
    python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.argv[1]), open(sys.argv[2], "wb"))' "$1" "$2"
  else
    echo 'gpu: wanted xz or python3 to unpack Node, neither is here' >&2
    exit 3
  fi
}

# A checkout: native TensorFlow where an NVIDIA card answers, unless a device is named.
run_checkout() {
  cd "$here/../.."
  if [[ ${1-} == writer ]]; then
    echo 'gpu: writer is for packs; in a checkout it is `npx --yes pnpm@12.21.0 demo`' >&2
    exit 2
  fi
  command -v npx >/dev/null || { echo 'gpu: wanted Node 20.19 or later with npx, which is not installed' >&2; exit 3; }
  pnpm() { npx --yes pnpm@12.21.0 "$@"; }
  case " $* " in
    *' --help '* | *' --report '* | *' --backend '* | *' --backend='*) ;;
    *)
      if nvidia-smi >/dev/null 2>&1; then
        pnpm native-tensorflow --device cuda || echo 'gpu: no native TensorFlow here (see above); WebGPU is tried' >&2
      fi
      ;;
  esac
  pnpm --silent assemble
  pnpm --silent exec tsx --conditions=source tooling/gpu/src/main.ts "$@"
}

if [[ -e $here/program/gpu.mjs ]]; then run_packed "$@"; else run_checkout "$@"; fi
