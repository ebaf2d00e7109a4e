"""What people see: pages rendered by the server, one module for each area."""
