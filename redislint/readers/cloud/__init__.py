"""What Terraform and CloudFormation have in common: providers' resources → ManagedCache."""
