"""What both REST surfaces share: the bridge of schemas to routes, errors, language, paging."""
