import type { NextConfig } from "next";

const config: NextConfig = {
  // A server with only what it needs, for the image.
  output: "standalone",
  poweredByHeader: false,
};

export default config;
