output "buckets" {
  description = "The values of HECTL_BUCKET and HECTL_MASKED_BUCKET."
  value       = { for key, bucket in local.buckets : key => "s3://${join("/", compact([bucket.name, bucket.prefix]))}" }
}

output "roles" {
  description = "The ARN of each role."
  value       = { for key, role in aws_iam_role.role : key => role.arn }
}

output "policies" {
  description = "The policy of each role (JSON), for users and roles of your own."
  value       = local.policies
}

output "instance_profile" {
  description = "The instance profile of the backup role, for a server on EC2."
  value       = aws_iam_instance_profile.backup.name
}

output "rds_sql" {
  description = "The SQL that creates the database user for hectl backup --iam-auth, to run once as a superuser. null without rds_resource_id."
  value       = var.rds_resource_id == null ? null : "CREATE ROLE \"${var.rds_user}\" LOGIN; GRANT rds_iam, pg_read_all_data TO \"${var.rds_user}\";"
}
