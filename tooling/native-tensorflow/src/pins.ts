/** What a build is made from. Every download is checked against the digest written here before it is opened. */
export interface Recipe {
  readonly version: string;
  readonly device: 'cpu' | 'cuda';
  /** The C library that the wheels were linked against, as their file names say. */
  readonly minGlibc: string;
  readonly wheels: readonly Download[];
  readonly packages: readonly Download[];
}

export interface Download {
  readonly name: string;
  readonly version: string;
  /** `sha256` in hexadecimal for wheels (as PyPI states it), `sha512` in base64 for npm packages (as the registry states it). */
  readonly digest: string;
}

const packages: readonly Download[] = [
  {
    name: '@tensorflow/tfjs-node',
    version: '4.22.0',
    digest: 'uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==',
  },
  {
    name: 'google-protobuf',
    version: '3.21.4',
    digest: 'MnG7N936zcKTco4Jd2PX2U96Kf9PxygAPKBug+74LHzmHXmceN16MmRcdgZv+DGef/S9YvQAfRsNCn4cjf9yyQ==',
  },
  {
    name: 'node-api-headers',
    version: '1.9.0',
    digest: '2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==',
  },
];

/** The CUDA libraries of `tensorflow[and-cuda]==2.15.1`, without nvcc, which only XLA uses. */
const cuda122: readonly Download[] = [
  wheel('nvidia-cublas-cu12', '12.2.5.6', 'f448d8db463f9a2c7dd9a1e607c0961d3e95f825b86839c5882f7d073d406df0'),
  wheel('nvidia-cuda-cupti-cu12', '12.2.142', 'ce68d1009dd14215e38ed49643d31374c71d6fea381181cb0b9da7f19dfd1624'),
  wheel('nvidia-cuda-nvrtc-cu12', '12.2.140', 'b1cdcae6443cb7cdcfb5d1bf51896a148c9f82f9e65b27db9ab095eaed689aa7'),
  wheel('nvidia-cuda-runtime-cu12', '12.2.140', 'acb9cb7e44594a3512533497ea790d9f0b0e399abcc888584c157d1ffa080e41'),
  wheel('nvidia-cudnn-cu12', '8.9.4.25', '9f882d5b11753c566fd32427839089eb4f8ba7a58c28446ad359e32c40229723'),
  wheel('nvidia-cufft-cu12', '11.0.8.103', '72e961e578f9be9e316ccb4db8652c421dd0b57442624faa71061d452f449a67'),
  wheel('nvidia-curand-cu12', '10.3.3.141', '7b6bad6817b5df2a6f5ec221206fb895d9195fdd7d2443f3e86554108c141a0a'),
  wheel('nvidia-cusolver-cu12', '11.5.2.141', '5a85c4653ce34339a5688137f494a0f903e0f0532418550998167f00844161da'),
  wheel('nvidia-cusparse-cu12', '12.1.2.141', '4e13d6a51d2303dcb2a023ba09546811161f0334fc64e13689397bbd3b1eb126'),
  wheel('nvidia-nccl-cu12', '2.16.5', '84695a4248138fb2ca12f5fd3defe986e790e71ccdaad51b2ca34ca4e83ef421'),
  wheel('nvidia-nvjitlink-cu12', '12.2.140', '95635cafbf9f96c38bea5200ab145a2e6aefbb5405e0b04c1e4ba54df2d84ec9'),
];

/** The newest CUDA 12 libraries that `tensorflow[and-cuda]==2.21.0` allows, without nvcc. */
const cuda129: readonly Download[] = [
  wheel('nvidia-cublas-cu12', '12.9.3.13', 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72'),
  wheel('nvidia-cuda-cupti-cu12', '12.9.79', '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f'),
  wheel('nvidia-cuda-nvrtc-cu12', '12.9.86', '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4'),
  wheel('nvidia-cuda-runtime-cu12', '12.9.79', '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3'),
  wheel('nvidia-cudnn-cu12', '9.28.0.42', '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375'),
  wheel('nvidia-cufft-cu12', '11.4.1.4', 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28'),
  wheel('nvidia-curand-cu12', '10.3.10.19', '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e'),
  wheel('nvidia-cusolver-cu12', '11.7.5.82', '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88'),
  wheel('nvidia-cusparse-cu12', '12.5.10.65', '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78'),
  wheel('nvidia-nccl-cu12', '2.32.3', 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c'),
  wheel('nvidia-nvjitlink-cu12', '12.9.86', 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9'),
];

/** Every build that is pinned; the first of a device is its default. */
export const RECIPES: readonly Recipe[] = [
  {
    version: '2.15.1',
    device: 'cpu',
    minGlibc: '2.17',
    packages,
    wheels: [wheel('tensorflow-cpu', '2.15.1', '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26')],
  },
  {
    version: '2.21.0',
    device: 'cpu',
    minGlibc: '2.27',
    packages,
    wheels: [wheel('tensorflow-cpu', '2.21.0', '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c')],
  },
  {
    version: '2.21.0',
    device: 'cuda',
    minGlibc: '2.27',
    packages,
    wheels: [
      wheel('tensorflow', '2.21.0', '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124'),
      ...cuda129,
    ],
  },
  {
    version: '2.15.1',
    device: 'cuda',
    minGlibc: '2.17',
    packages,
    wheels: [
      wheel('tensorflow', '2.15.1', 'bb0edd69103c154245c5f209f0507355cc68ba7e4de350084bc31edc562478e4'),
      ...cuda122,
    ],
  },
];

function wheel(name: string, version: string, digest: string): Download {
  return { name, version, digest };
}
