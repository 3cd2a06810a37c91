"""What the product is measured against: small programs of their own, each a web server's app."""
