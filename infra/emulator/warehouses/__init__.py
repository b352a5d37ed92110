"""SQL warehouses, and the two ways to send them statements: the Statement Execution API and Thrift."""
