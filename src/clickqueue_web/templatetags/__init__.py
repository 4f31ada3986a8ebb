"""In the wheel this folder is `clickqueue/templatetags/`: Django looks for tags only inside of the installed app."""
