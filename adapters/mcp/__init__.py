"""The MCP face of Kubeport: one low-level server for both protocol eras, over stdio and HTTP."""
