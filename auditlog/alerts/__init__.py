"""The security centre: rules over security events, and the alerts they raise. docs/security-centre.md"""
