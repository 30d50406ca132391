"""Forms of this app's pages; saving is the services' business."""
