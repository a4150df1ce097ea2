"""The plain page: server-rendered, without any script, for phones first. It also serves guests and small screens."""
