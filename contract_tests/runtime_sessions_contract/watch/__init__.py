"""What passes by: recordings of any tool, and traffic through a proxy, judged without a request."""
